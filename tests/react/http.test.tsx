import { Suspense } from 'react';
import { expect, it } from 'vitest';
import { onOurs } from './adapter.js';
import { play } from './stage.js';

// The adapter passes on all of its core.
const { jsonQuery } = onOurs as any;

/** Answers as a server would, and counts. */
const serverOf = (cacheControl: string) => {
  const server = {
    count: 0,
    fetch: async () => {
      server.count++;
      return new Response(JSON.stringify({ rows: [1] }), { headers: { 'cache-control': cacheControl } });
    },
  };
  return server;
};

it.each([
  ['max-age=60', 'http', 59_000, 2000],
  // A second at least, as the adapter does with every stale time of what suspends.
  ['max-age=0', 'http', 900, 200],
  ['max-age=60', () => 'http', 59_000, 2000],
])("a component that suspends is fresh as '%s' says (staleTime %o)", async (cacheControl, staleTime, fresh, rest) => {
  const server = serverOf(cacheControl);
  const queryFn = jsonQuery('/rows', { fetch: server.fetch });
  const Rows = ({ of }: { of: string }) => {
    const { data, isStale } = onOurs.useSuspenseQuery({ queryKey: ['rows'], queryFn, staleTime: staleTime as never });
    return <b>{`${of} ${JSON.stringify(data)} ${isStale}`}</b>;
  };
  const shown = (of: string) => (
    <Suspense fallback="waiting">
      <Rows key={of} of={of} />
    </Suspense>
  );
  const frames = await play(
    onOurs,
    async (stage) => {
      await stage.show(shown('a'));
      await stage.wait(0);
      await stage.wait(fresh);
      await stage.show(shown('b'));
      expect(server.count).toBe(1);
      await stage.wait(rest);
      await stage.show(shown('c'));
      await stage.wait(0);
      expect(server.count).toBe(2);
    },
    false,
  );
  expect(frames.join('\n')).toMatch(/b \{"rows":\[1\]\} false/);
  expect(frames.join('\n')).toMatch(/b \{"rows":\[1\]\} true/);
});
