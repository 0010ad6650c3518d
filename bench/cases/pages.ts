import { InfiniteQueryObserver } from 'bench-subject';
import type { Case } from '../case';
import { newClient } from '../client';
import { now } from '../clock';

const PAGES = 50;
const ROWS = 20;

const page = (number: number) => ({
  number,
  rows: Array.from({ length: ROWS }, (_, row) => ({ id: number * ROWS + row, name: `row ${row}`, value: row })),
});

const refetch: Case = {
  kind: 'paired',
  rows: [
    { id: 'pages_refetch_50', what: 'an infinite query: 50 pages of 20 rows fetched again, unchanged', unit: 'ms' },
  ],
  async setup() {
    const client = newClient();
    client.mount();
    const observer = new InfiniteQueryObserver(client, {
      queryKey: ['rows'],
      queryFn: async ({ pageParam }) => page(pageParam),
      initialPageParam: 0,
      getNextPageParam: ({ number }) => (number + 1 < PAGES ? number + 1 : undefined),
      initialData: { pages: Array.from({ length: PAGES }, (_, at) => page(at)), pageParams: [...Array(PAGES).keys()] },
      staleTime: Number.POSITIVE_INFINITY,
    });
    observer.subscribe(() => {});
    const { data } = observer.getCurrentResult();
    return {
      async batch() {
        const start = now();
        const result = await observer.refetch();
        const ms = now() - start;
        if (result.data !== data) throw new Error('pages_refetch_50: unchanged pages have become other objects');
        return { pages_refetch_50: ms };
      },
    };
  },
};

export const paging: Case[] = [refetch];
