import { act, memo } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Adapter, onOurs, onQueryCore } from './adapter.js';

type Row = { id: number; name: string; team: { name: string } };

const row = (id: number, name = `Agent ${id}`): Row => ({ id, name, team: { name: `Team ${id % 3}` } });
const table = (data: Row[]) => new TextEncoder().encode(JSON.stringify({ page: 1, data }));
const decodeOnOurs = (onOurs as never as { decodeJson: (context: unknown, body: Uint8Array) => Promise<unknown> })
  .decodeJson;
const decodeOnTheirs = async (_: unknown, body: Uint8Array) => JSON.parse(new TextDecoder().decode(body));

let stop: () => Promise<void>;
beforeEach(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
});
afterEach(() => stop());

/** A table on the page; gives the ids of the rows that are rendered when another body comes. */
async function shown(adapter: Adapter, decode: typeof decodeOnOurs, first: Row[]) {
  let rendered: number[] = [];
  let body = table(first);
  const One = memo(({ row }: { row: Row }) => {
    rendered.push(row.id);
    return <li>{row.name}</li>;
  });
  function Table() {
    const { data } = adapter.useQuery({ queryKey: ['table'], queryFn: (context) => decode(context, body) });
    return (data as { data: Row[] } | undefined)?.data.map((each) => <One key={each.id} row={each} />);
  }
  const client = new adapter.QueryClient();
  const page = document.createElement('div');
  const root = createRoot(page);
  const settled = async (run: () => unknown) => {
    rendered = [];
    await act(async () => {
      await run();
    });
    // Mounting has begun a fetch by now, and observers are told in a timeout.
    await act(async () => {
      do {
        await new Promise((resolve) => setTimeout(resolve, 10));
      } while (client.isFetching() > 0);
    });
    return rendered;
  };
  stop = async () => {
    await settled(() => root.unmount());
    client.clear();
  };
  await settled(() =>
    root.render(
      <adapter.QueryClientProvider client={client}>
        <Table />
      </adapter.QueryClientProvider>,
    ),
  );
  expect(page.childNodes).toHaveLength(first.length);
  return (next: Row[]) =>
    settled(() => {
      body = table(next);
      return client.refetchQueries();
    });
}

const rows = Array.from({ length: 200 }, (_, id) => row(id));

it('renders one row when one is inserted on top, or changed, and none when one goes', async () => {
  const update = await shown(onOurs, decodeOnOurs, rows);
  expect(await update([row(900), ...rows])).toEqual([900]);
  expect(await update([row(900), ...rows.slice(0, 50), row(50, 'Renamed'), ...rows.slice(51)])).toEqual([50]);
  expect(await update([...rows.slice(0, 50), row(50, 'Renamed'), ...rows.slice(51)])).toEqual([]);
  expect(await update([...rows.slice(0, 50), row(50, 'Renamed'), ...rows.slice(51)])).toEqual([]);
});

it('is what sharing by index can’t do', async () => {
  const update = await shown(onQueryCore, decodeOnTheirs, rows);
  expect(await update([row(900), ...rows])).toHaveLength(201);
});
