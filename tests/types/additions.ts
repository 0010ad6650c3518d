import {
  type ConnectOptions,
  defineKeys,
  HttpError,
  InfiniteQueryObserver,
  indexedDb,
  jsonQuery,
  type LiveConnection,
  memoryStore,
  persist,
  QueryClient,
  type QueryFunctionContext,
  QueryObserver,
  type Schedule,
  type Stats,
  type Store,
  skipToken,
  TTL,
  type WarmProgress,
} from 'ferroquery';
import { same } from './equal.js';

const client = new QueryClient({
  rules: {
    'agent.run.completed': ['agent:*:{agent_id}:*', { tag: 'workspace:{workspace_id}' }],
    'agent.deleted': [{ event: 'agent.run.completed', args: { agent_id: '{id}' } }],
  },
  defaultOptions: { queries: { staleTime: TTL.MEDIUM, skipCache: false } },
});

// Every method that takes filters takes the new ones, beside the old ones.
client.invalidateQueries({ pattern: 'exec:dashboard:*', tags: ['workspace:ws123'], stale: true });
client.removeQueries({ tags: ['workspace:ws123'] });
client.isFetching({ pattern: 'exec:*' });
client.getQueryCache().findAll({ pattern: 'exec:*' });
// @ts-expect-error tags are a list
client.invalidateQueries({ tags: 'workspace:ws123' });
// @ts-expect-error one pattern
client.invalidateQueries({ pattern: ['a:*'] });

// Query options: tags are a list or a function of the data, and the context says whether the cache was skipped.
client.fetchQuery({
  queryKey: ['posts'] as const,
  queryFn: ({ skipCache, queryKey }) => {
    same<typeof skipCache, boolean | 'no-store' | undefined>();
    same<typeof queryKey, readonly ['posts']>();
    return [{ author: 'a1' }];
  },
  tags: (posts) => posts.map((post: { author: string }) => `author:${post.author}`),
  skipCache: 'no-store',
});
new QueryObserver(client, { queryKey: ['posts'], queryFn: skipToken, tags: ['posts'], skipCache: true });
// @ts-expect-error neither a boolean nor 'no-store'
client.fetchQuery({ queryKey: ['posts'], queryFn: () => 1, skipCache: 'no-cache' });

same<QueryFunctionContext['skipCache'], boolean | 'no-store' | undefined>();
same<QueryFunctionContext<['pages'], number>['skipCache'], boolean | 'no-store' | undefined>();

// What a registry gives fits into options, and the query function knows its key.
const keys = defineKeys({ post: { key: 'post:{id}', ttl: TTL.HOUR, tags: ['post:{id}'] } });
client.fetchQuery({
  ...keys.post({ id: 7 }),
  queryFn: ({ queryKey }) => {
    same<typeof queryKey, readonly ['post', 7]>();
    return queryKey[1];
  },
});

same<ReturnType<typeof client.emit>, Promise<void>>();
client.emit('agent.run.completed', { agent_id: 'a1', workspace_id: 7, ok: true });
client.emit('tick');
// @ts-expect-error an argument is a scalar
client.emit('agent.run.completed', { agent: { id: 'a1' } });
// @ts-expect-error a rule's consequence is a glob, a tag or an event
new QueryClient({ rules: { tick: [{ key: ['posts'] }] } });

const connection = client.connect({
  url: '/inv/v1/stream',
  subscribe: ['exec:*'],
  token: async () => 'token',
  credentials: 'include',
});
same<typeof connection, LiveConnection>();
same<ReturnType<LiveConnection['subscribe']>, () => void>();
// @ts-expect-error the url is required
const withoutUrl: ConnectOptions = { subscribe: ['exec:*'] };
// @ts-expect-error the status is the connection's to change
connection.status = withoutUrl;

same<ReturnType<typeof client.stats>, Stats>();
same<Stats['byPrefix'][string]['hits'], number>();

// jsonQuery is a query function wherever one is taken, and 'http' a stale time wherever one is given.
const fetchPosts = jsonQuery<{ author: string }[]>('/api/posts', { headers: { 'x-tenant': '1' }, fetch });
client.fetchQuery({ queryKey: ['posts'], queryFn: fetchPosts, staleTime: 'http' }).then((posts) => posts[0]?.author);
const posts = new QueryObserver(client, { queryKey: ['posts'] as const, queryFn: fetchPosts, staleTime: () => 'http' });
same<(typeof posts)['options']['queryFn'] extends undefined ? false : true, true>();
const pages = new InfiniteQueryObserver(client, {
  queryKey: ['posts'],
  queryFn: jsonQuery<{ next: number | null }>(
    ({ pageParam, queryKey }) => `/api/${queryKey[0]}?page=${pageParam}`,
    async (context) => ({ signal: context.signal }),
  ),
  initialPageParam: 0,
  getNextPageParam: (last) => last.next,
  staleTime: 'http',
});
same<NonNullable<ReturnType<typeof pages.getCurrentResult>['data']>['pages'][number], { next: number | null }>();
client.fetchQuery({ ...keys.post({ id: 7 }), queryFn: jsonQuery<number>('/api/post/7'), staleTime: 'http' });
new QueryClient({ defaultOptions: { queries: { staleTime: 'http' } } });
const untyped: Promise<unknown> = client.fetchQuery({ queryKey: ['posts'], queryFn: jsonQuery('/api/posts') });
// @ts-expect-error neither a time nor a word that says one
client.fetchQuery({ queryKey: ['posts'], queryFn: fetchPosts, staleTime: 'https' });
// @ts-expect-error a URL is a string or a URL
jsonQuery(7);
const error = new HttpError(new Response(null, { status: 404 }), { code: 1 });
same<(typeof error)['status'], number>();
same<Stats['http']['notModified'], number>();

export { untyped };

// What is fetched ahead: options of queries and of pages.
new QueryObserver(client, { queryKey: ['posts'], earlyRefresh: true });
new QueryObserver(client, { queryKey: ['posts'], earlyRefresh: 1.5 });
// @ts-expect-error neither a boolean nor a number
new QueryObserver(client, { queryKey: ['posts'], earlyRefresh: 'soon' });
const warming = client.warm(
  [
    { ...keys.post({ id: 7 }), queryFn: ({ signal }) => fetch('/posts/7', { signal }) },
    { queryKey: ['posts'], queryFn: () => 1, initialPageParam: 0, getNextPageParam: () => undefined },
  ],
  { concurrency: 2, onProgress: ({ done, total }) => done / total, signal: new AbortController().signal },
);
same<typeof warming, Promise<WarmProgress>>();
const schedule = client.schedule({ report: { queryKey: ['report'], queryFn: () => 1, every: TTL.HOUR, jitter: 0.2 } });
same<typeof schedule, Schedule>();
same<ReturnType<typeof schedule.list>[number]['nextAt'], number | null>();
// @ts-expect-error when is it due?
client.schedule({ report: { queryKey: ['report'], queryFn: () => 1 } });

// Queries beyond the page.
const kept = persist({
  client,
  store: indexedDb({ name: 'my-app' }),
  scope: 'user-7',
  key: crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']) as Promise<CryptoKey>,
  maxAge: TTL.DAY,
  version: '1',
  filter: { queryKey: ['posts'], pattern: 'posts:*', tags: ['t'] },
});
persist({ client, store: memoryStore(), scope: 'public', filter: (query) => query.state.status === 'success' });
same<ReturnType<typeof kept.restore>, Promise<number>>();
kept.restore(['posts']);
kept.restore({ queryKey: ['posts'], exact: true });
same<ReturnType<typeof client.signOut>, Promise<void>>();
same<Stats['persist']['dropped']['quota'], number>();
new QueryObserver(client, { queryKey: ['salary'], sensitive: true });
// @ts-expect-error whose data is it?
persist({ client, store: memoryStore() });
// @ts-expect-error neither filters nor a function
persist({ client, store: memoryStore(), scope: 'public', filter: 'posts' });
const noStore: Store = {
  readIndex: async () => ({ epoch: '1', records: [] }),
  readBodies: async (_scope, ids) => ids.map(() => undefined),
  write: async () => true,
  delete: async () => {},
  clear: async () => {},
};
persist({ client, store: noStore, scope: 'public' });

// Memory: a bound, and why a query had to go.
const bounded = new QueryClient({ memory: { maxBytes: 50_000_000, coldAfter: 1_000, largestShare: 0.5, coldFrom: 0 } });
// @ts-expect-error there is no bound without a number
new QueryClient({ memory: {} });
bounded.getQueryCache().subscribe((event) => {
  if (event.type === 'removed') same<typeof event.reason, 'budget' | 'tooLarge' | undefined>();
});
same<Stats['memory']['evicted'], Record<'budget' | 'tooLarge', number>>();

// Whose answers are shared has to be said; a query may be kept out.
new QueryClient({ shareAnswers: { scope: 'user-7', channel: 'app', maxBytes: 100_000 } });
client.shareAnswers(false);
client.fetchQuery({ queryKey: ['posts'], queryFn: () => 1, shareAnswers: false });
same<Stats['shared']['taken'], number>();
// @ts-expect-error whose are they?
new QueryClient({ shareAnswers: {} });
// @ts-expect-error whose are they?
client.shareAnswers(true);
