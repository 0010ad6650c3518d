import { experimental_streamedQuery, InfiniteQueryObserver, QueryClient, QueryObserver } from 'ferroquery';
import { afterEach, beforeEach, expect, it, type MockInstance, vi } from 'vitest';
import { behaveAsPage } from './browserLike';
import { trap } from './trap';
import { settle } from './watch';

behaveAsPage();

let told: MockInstance<typeof console.error>;
let client: QueryClient;
beforeEach(() => {
  told = vi.spyOn(console, 'error').mockImplementation(() => {});
  client = new QueryClient();
});
afterEach(() => {
  client.clear();
  told.mockRestore();
});

it('fetches the pages of a mounted observer again after a trap, and goes on from there', async () => {
  let round = 0;
  const observer = new InfiniteQueryObserver(client, {
    queryKey: ['pages'],
    queryFn: async ({ pageParam }) => ({ pageParam, round }),
    initialPageParam: 0,
    getNextPageParam: ({ pageParam }) => pageParam + 1,
  });
  const stop = observer.subscribe(() => {});
  await settle();
  await observer.fetchNextPage();
  round = 1;
  const lost = observer.fetchNextPage();
  trap(client);
  const again = [0, 1].map((pageParam) => ({ pageParam, round: 1 }));
  const result = { data: { pages: again }, isFetching: false, hasNextPage: true };
  await vi.waitFor(() => expect(observer.getCurrentResult()).toMatchObject(result), 5000);
  expect((await lost).data).toEqual(observer.getCurrentResult().data);
  expect((await observer.fetchNextPage()).data?.pageParams).toEqual([0, 1, 2]);
  stop();
});

it('lets a stream that a trap has cut off write nothing more', async () => {
  let opened = 0;
  const observer = new QueryObserver(client, {
    queryKey: ['stream'],
    queryFn: experimental_streamedQuery({
      streamFn: async function* () {
        const mine = ++opened;
        for (let chunk = 0; chunk < 4; chunk++) {
          await settle(5);
          yield `${mine}.${chunk}`;
        }
      },
    }),
  });
  const stop = observer.subscribe(() => {});
  await settle(12);
  trap(client);
  const result = { data: ['2.0', '2.1', '2.2', '2.3'], fetchStatus: 'idle' };
  await vi.waitFor(() => expect(observer.getCurrentResult()).toMatchObject(result), 5000);
  expect(opened).toBe(2);
  stop();
});
