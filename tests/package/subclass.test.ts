import { type Query, QueryClient, QueryObserver, type QueryObserverOptions } from 'ferroquery';
import { expect, it } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { settle } from './watch.js';

behaveAsPage();

it('tells listeners of the fields that a subclass adds to the result', async () => {
  class Counting extends QueryObserver {
    extra = 0;
    protected override createResult(
      query: Query<any, any, any, any>,
      options: QueryObserverOptions<any, any, any, any>,
    ) {
      return { ...super.createResult(query, options), extra: this.extra };
    }
  }
  const client = new QueryClient();
  const observer = new Counting(client, { queryKey: ['a'], queryFn: () => 1 });
  const seen: unknown[] = [];
  const stop = observer.subscribe((result) => seen.push((result as { extra?: number }).extra));
  await settle();
  observer.extra = 7;
  observer.updateResult();
  await settle();
  expect(seen.at(-1)).toBe(7);
  stop();
  client.clear();
});
