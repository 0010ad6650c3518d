import { beside, later, wait } from './beside.js';

/** What the devtools do to a query to show how a page looks while it loads, and when it fails. */
beside('the devtools make a query load and fail, and restore it', async ({ QueryClient, QueryObserver }, log) => {
  const client = new QueryClient();
  const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: later('data') });
  const stop = observer.subscribe(({ status, fetchStatus, data, error }) => log(status, fetchStatus, data, error));
  await wait(10);
  const query = client.getQueryCache().find({ queryKey: ['a'] })!;
  const options = query.options as any;
  const remembered = () => ({ fetchMeta: { ...query.state.fetchMeta, previous: options } as never, data: undefined });

  log('loading');
  void query.fetch({ ...options, queryFn: () => new Promise(() => {}), gcTime: -1 });
  query.setState({ ...remembered(), status: 'pending' });
  await wait(1);
  log(query.gcTime, observer.getCurrentResult().isLoading);

  log('restored');
  const { state } = query;
  void query.cancel({ silent: true });
  query.setState({ ...state, fetchStatus: 'idle', fetchMeta: null });
  void query.fetch((state.fetchMeta as any).previous);
  await wait(10);

  log('failing');
  query.setState({ ...remembered(), status: 'error', error: new Error('made up') });
  await wait(1);
  log(observer.getCurrentResult().isLoadingError, (query.state.fetchMeta as any).previous === options);

  log('restored');
  void client.resetQueries(query);
  await wait(10);
  void client.invalidateQueries(query);
  await wait(10);
  client.removeQueries(query);
  log(client.getQueryCache().getAll().length);
  stop();
});
