import { describe } from 'vitest';
import { beside, wait } from './beside.js';

/** A query function that answers in a timer of no delay, as soon as one can. */
const atOnce = async () => {
  await new Promise((resolve) => setTimeout(resolve, 0));
  return 'data';
};

describe('what is scheduled of a fetch goes out before its query function can answer', () => {
  beside('to an observer', async ({ QueryClient, QueryObserver }, log) => {
    const observer = new QueryObserver(new QueryClient(), { queryKey: ['a'], queryFn: atOnce });
    const stop = observer.subscribe(({ status }) => log(status, observer.getCurrentResult().status));
    await wait(0);
    await wait(1);
    void observer.refetch();
    await wait(1);
    stop();
  });

  beside('to a batched listener of the cache', async ({ QueryClient, notifyManager }, log) => {
    const client = new QueryClient();
    client.getQueryCache().subscribe(notifyManager.batchCalls(({ type }) => log(type, client.isFetching())));
    void client.prefetchQuery({ queryKey: ['a'], queryFn: atOnce });
    await wait(0);
    log('later');
    await wait(1);
  });

  beside('polled', async ({ QueryClient, QueryObserver }, log) => {
    const observer = new QueryObserver(new QueryClient(), { queryKey: ['a'], queryFn: atOnce, refetchInterval: 10 });
    const stop = observer.subscribe(({ fetchStatus }) => log(fetchStatus, observer.getCurrentResult().fetchStatus));
    await wait(25);
    stop();
  });

  beside('under a scheduler that doesn’t wait', async ({ QueryClient, QueryObserver, ...core }, log) => {
    core.notifyManager.setScheduler((callback) => callback());
    try {
      const client = new QueryClient();
      const queryFn = () => {
        log('called');
        return atOnce();
      };
      const observer = new QueryObserver(client, { queryKey: ['a'], queryFn });
      const stop = observer.subscribe(({ status, fetchStatus }) => log(status, fetchStatus));
      await wait(5);
      void client.invalidateQueries();
      await wait(5);
      client.setQueryData(['a'], 'by hand');
      stop();
    } finally {
      core.notifyManager.setScheduler(core.defaultScheduler);
    }
  });
});
