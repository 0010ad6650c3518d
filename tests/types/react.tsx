// An application as its author wrote it for query-core: it must compile with the adapter's types standing on ours.

import type * as adapter from '@tanstack/react-query';
import {
  type QueryClient as AdaptersClient,
  type DefaultError,
  dehydrate,
  HydrationBoundary,
  type InfiniteData,
  IsRestoringProvider,
  infiniteQueryOptions,
  keepPreviousData,
  MutationCache,
  mutationOptions,
  QueriesObserver,
  QueryCache,
  QueryClientContext,
  QueryClientProvider,
  QueryErrorResetBoundary,
  queryOptions,
  skipToken,
  useInfiniteQuery,
  useIsFetching,
  useIsMutating,
  useIsRestoring,
  useMutation,
  useMutationState,
  usePrefetchInfiniteQuery,
  usePrefetchQuery,
  useQueries,
  useQuery,
  useQueryClient,
  useQueryErrorResetBoundary,
  useSuspenseInfiniteQuery,
  useSuspenseQueries,
  useSuspenseQuery,
} from '@tanstack/react-query';
import { QueryClient } from 'ferroquery';
import type { ReactNode } from 'react';
import { same } from './equal.js';

export type {
  AnyUseBaseQueryOptions,
  AnyUseInfiniteQueryOptions,
  AnyUseMutationOptions,
  AnyUseQueryOptions,
  AnyUseSuspenseInfiniteQueryOptions,
  AnyUseSuspenseQueryOptions,
  DefinedInitialDataInfiniteOptions,
  DefinedInitialDataOptions,
  DefinedUseInfiniteQueryResult,
  DefinedUseQueryResult,
  HydrationBoundaryProps,
  QueriesOptions,
  QueriesResults,
  QueryClientProviderProps,
  QueryErrorClearResetFunction,
  QueryErrorIsResetFunction,
  QueryErrorResetBoundaryFunction,
  QueryErrorResetBoundaryProps,
  QueryErrorResetFunction,
  SuspenseQueriesOptions,
  SuspenseQueriesResults,
  UndefinedInitialDataInfiniteOptions,
  UndefinedInitialDataOptions,
  UnusedSkipTokenInfiniteOptions,
  UnusedSkipTokenOptions,
  UseBaseMutationResult,
  UseBaseQueryOptions,
  UseBaseQueryResult,
  UseInfiniteQueryOptions,
  UseInfiniteQueryResult,
  UseMutateAsyncFunction,
  UseMutateFunction,
  UseMutationOptions,
  UseMutationResult,
  UsePrefetchInfiniteQueryOptions,
  UsePrefetchQueryOptions,
  UseQueryOptions,
  UseQueryResult,
  UseSuspenseInfiniteQueryOptions,
  UseSuspenseInfiniteQueryResult,
  UseSuspenseQueryOptions,
  UseSuspenseQueryResult,
} from '@tanstack/react-query';

declare module '@tanstack/react-query' {
  interface Register {
    defaultError: Error & { code?: number };
    queryMeta: { area?: string };
    mutationMeta: { undo?: boolean };
  }
}

interface Post {
  id: number;
  title: string;
}
interface Page {
  posts: Post[];
  next?: number;
}
declare function fetchPost(id: number, signal?: AbortSignal): Promise<Post>;
declare function fetchPage(cursor: number): Promise<Page>;
declare function save(title: string): Promise<Post>;

const client: AdaptersClient = new QueryClient({
  queryCache: new QueryCache({ onError: (error, query) => console.log(error.code, query.meta?.area) }),
  mutationCache: new MutationCache({ onError: (error) => console.log(error.code) }),
  defaultOptions: {
    queries: { staleTime: 1000, retry: (count, error) => count < 3 && error.code !== 404 },
    dehydrate: { shouldDehydrateQuery: (query) => query.state.status === 'success' },
    hydrate: { queries: { gcTime: 1000 } },
  },
});

const postOptions = (id: number) =>
  queryOptions({ queryKey: ['post', id], queryFn: ({ signal }) => fetchPost(id, signal), meta: { area: 'posts' } });
const pageOptions = infiniteQueryOptions({
  queryKey: ['pages'],
  queryFn: ({ pageParam }) => fetchPage(pageParam),
  initialPageParam: 0,
  getNextPageParam: (last) => last.next,
});
const saveOptions = mutationOptions({
  mutationKey: ['save'],
  mutationFn: save,
  meta: { undo: true },
  onMutate: (title) => ({ title, at: 1 }),
  onError: (error, title, result) => console.log(error.code, title, result?.at),
});

export function Queries({ id }: { id: number }): ReactNode {
  const { data, error, refetch } = useQuery(postOptions(id));
  same<Post | undefined, typeof data>();
  same<(Error & { code?: number }) | null, typeof error>();
  same<DefaultError | null, typeof error>();
  const selected = useQuery({ ...postOptions(id), select: (post) => post.title, placeholderData: keepPreviousData });
  same<string | undefined, typeof selected.data>();
  const initial = useQuery({ ...postOptions(id), initialData: { id, title: '' } });
  same<Post, typeof initial.data>();
  const skipped = useQuery({ queryKey: ['maybe'], queryFn: id > 0 ? () => fetchPost(id) : skipToken });
  same<Post | undefined, typeof skipped.data>();
  const [first, second] = useQueries({
    queries: [postOptions(1), { queryKey: ['number'], queryFn: () => 1, select: (n: number) => String(n) }],
  });
  same<Post | undefined, typeof first.data>();
  same<string | undefined, typeof second.data>();
  const combined = useQueries({
    queries: [1, 2].map((each) => postOptions(each)),
    combine: (results) => ({
      titles: results.map((each) => each.data?.title),
      pending: results.some((each) => each.isPending),
    }),
  });
  same<{ titles: (string | undefined)[]; pending: boolean }, typeof combined>();
  const pages = useInfiniteQuery(pageOptions);
  same<InfiniteData<Page> | undefined, typeof pages.data>();
  if (pages.hasNextPage && !pages.isFetchingNextPage) void pages.fetchNextPage();
  usePrefetchQuery(postOptions(id));
  usePrefetchInfiniteQuery(pageOptions);
  return (
    <button type="button" onClick={() => void refetch({ cancelRefetch: false })}>
      {data?.title} {useIsFetching({ queryKey: ['post'] })} {String(useIsRestoring())}
    </button>
  );
}

export function Suspended({ id }: { id: number }): ReactNode {
  const { data } = useSuspenseQuery(postOptions(id));
  same<Post, typeof data>();
  const pages = useSuspenseInfiniteQuery(pageOptions);
  same<InfiniteData<Page>, typeof pages.data>();
  const [one] = useSuspenseQueries({ queries: [postOptions(1)] });
  same<Post, typeof one.data>();
  // @ts-expect-error a suspended query is always enabled
  useSuspenseQuery({ ...postOptions(id), enabled: false });
  return data.title;
}

export function Mutations(): ReactNode {
  const { mutate, mutateAsync, variables, context } = useMutation(saveOptions);
  same<string | undefined, typeof variables>();
  same<{ title: string; at: number } | undefined, typeof context>();
  const titles = useMutationState({
    filters: { mutationKey: ['save'], status: 'pending' },
    select: (mutation) => mutation.state.variables as string,
  });
  same<string[], typeof titles>();
  // @ts-expect-error a title is a string
  mutate(5);
  void mutateAsync('title').then((post) => same<Post, typeof post>());
  return useIsMutating({ mutationKey: ['save'] });
}

export async function inAHandler(): Promise<void> {
  const post = await client.fetchQuery(postOptions(1));
  same<Post, typeof post>();
  const cached = client.getQueryData(postOptions(1).queryKey);
  same<Post | undefined, typeof cached>();
  client.setQueryData(postOptions(1).queryKey, (old) => old && { ...old, title: 'new' });
  const pages = await client.fetchInfiniteQuery(pageOptions);
  same<InfiniteData<Page, number>, typeof pages>();
  await client.invalidateQueries({ queryKey: ['post'], predicate: (query) => query.meta?.area === 'posts' });
  const observer = new QueriesObserver(client, [postOptions(1), postOptions(2)] as never);
  observer.subscribe((results) => console.log(results[0]?.data));
}

export function App({ children }: { children: ReactNode }): ReactNode {
  const { reset } = useQueryErrorResetBoundary();
  const provided = useQueryClient();
  same<AdaptersClient, typeof provided>();
  return (
    <QueryClientProvider client={client}>
      <QueryClientContext.Provider value={client}>
        <IsRestoringProvider value={false}>
          <HydrationBoundary state={dehydrate(client)} options={{ defaultOptions: { queries: { gcTime: 5 } } }}>
            <QueryErrorResetBoundary>
              {({ reset: again, isReset }) => (
                <button type="button" onClick={isReset() ? reset : again}>
                  {children}
                </button>
              )}
            </QueryErrorResetBoundary>
          </HydrationBoundary>
        </IsRestoringProvider>
      </QueryClientContext.Provider>
    </QueryClientProvider>
  );
}

/** What the adapter passes on is ours. */
same<typeof QueryClient, typeof adapter.QueryClient>();
