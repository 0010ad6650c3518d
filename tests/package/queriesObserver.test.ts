import type { QueryObserverOptions, QueryObserverResult } from '@tanstack/query-core';
import { QueriesObserver, QueryClient } from 'ferroquery';
import { describe, expect, it } from 'vitest';
import { beside, later, wait } from './beside.js';
import { behaveAsPage } from './browserLike.js';
import { settle } from './watch.js';

type Options = QueryObserverOptions<any, any, any, any, any>;
type Results = readonly QueryObserverResult<any, any>[];

const query = (name: string, ms = 5, more: Partial<Options> = {}): Options => ({
  queryKey: [name],
  queryFn: later(name, ms),
  ...more,
});
const brief = (results: Results) =>
  results.map(({ status, fetchStatus, data, error }) => `${status}/${fetchStatus}/${data}${error ? error : ''}`).join();
const dataOf = (results: Results) => results.map(({ data }) => data);

describe('the listeners', () => {
  beside('hear of each change of each query, in order', async ({ QueriesObserver, QueryClient }, log) => {
    const client = new QueryClient();
    client.getQueryCache().subscribe((event) => log(event.type, event.query.queryHash));
    const observer = new QueriesObserver(client, [query('a'), query('b', 10)]);
    log('made', brief(observer.getCurrentResult()));
    const stop = observer.subscribe((results) => log(brief(results), results === observer.getCurrentResult()));
    const stopSecond = observer.subscribe((results) => log('second', brief(results)));
    log('subscribed', brief(observer.getCurrentResult()));
    await wait(20);
    client.setQueryData(['a'], 'A');
    stop();
    client.setQueryData(['b'], 'B');
    stopSecond();
    log(observer.hasListeners());
    client.setQueryData(['b'], 'nobody listens');
    log(
      client
        .getQueryCache()
        .getAll()
        .map((each) => each.getObserversCount()),
    );
  });

  beside(
    'hear nothing after destroy, and again after another subscribe',
    async ({ QueriesObserver, QueryClient }, log) => {
      const client = new QueryClient();
      const observer = new QueriesObserver(client, [query('a'), query('b')]);
      const stop = observer.subscribe((results) => log('first', brief(results)));
      observer.destroy();
      log(observer.hasListeners(), observer.getObservers().length);
      await wait(10);
      const stopSecond = observer.subscribe((results) => log('second', brief(results)));
      stop();
      log(observer.hasListeners());
      await wait(10);
      stopSecond();
    },
  );

  beside('see the error of a select that throws', async ({ QueriesObserver, QueryClient }, log) => {
    const select = (data: string) => {
      throw new Error(`can't use ${data}`);
    };
    const observer = new QueriesObserver(new QueryClient(), [query('a', 5, { select }), query('b')]);
    const stop = observer.subscribe((results) => log(brief(results)));
    await wait(10);
    stop();
  });
});

describe('setQueries', () => {
  beside('keeps observers by key when queries move, come and go', async ({ QueriesObserver, QueryClient }, log) => {
    const client = new QueryClient();
    const observer = new QueriesObserver(client, [query('a'), query('b')]);
    const stop = observer.subscribe((results) => log(brief(results)));
    await wait(10);
    let before = observer.getObservers();
    const change = async (name: string, queries: Options[]) => {
      log(name);
      observer.setQueries(queries);
      log(
        'moved',
        observer.getObservers().map((each) => before.indexOf(each)),
      );
      before = observer.getObservers();
      log(observer.getQueries().map(({ queryHash }) => queryHash));
      await wait(10);
    };
    await change('the same', [query('a'), query('b')]);
    await change('swapped', [query('b'), query('a')]);
    await change('one more, in between', [query('b'), query('c'), query('a')]);
    await change('one less', [query('c'), query('a')]);
    await change('none', []);
    await change('again', [query('a'), query('z')]);
    await change('all others', [query('x'), query('y')]);
    const select = (data: string) => `${data}!`;
    await change('a select', [query('x', 5, { select }), query('y')]);
    await change('fresh for longer', [query('x', 5, { select, staleTime: 100 }), query('y')]);
    await change('off', [query('x', 5, { enabled: false }), query('y')]);
    stop();
    log(
      client
        .getQueryCache()
        .getAll()
        .map((each) => [each.queryHash, each.getObserversCount()]),
    );
  });

  beside('gives each of several equal keys an observer of its own, and warns', async (core, log) => {
    const client = new core.QueryClient();
    const observer = new core.QueriesObserver(client, [query('a'), query('a'), query('b')]);
    const before = observer.getObservers();
    log(new Set(before).size);
    const stop = observer.subscribe((results) => log(brief(results)));
    await wait(10);
    observer.setQueries([query('b'), query('a'), query('c'), query('a')]);
    log(observer.getObservers().map((each) => before.indexOf(each)));
    await wait(10);
    observer.setQueries([query('a')]);
    log(observer.getObservers().map((each) => before.indexOf(each)));
    stop();
  });

  beside('works without listeners', (core, log) => {
    const client = new core.QueryClient();
    const observer = new core.QueriesObserver(client, [query('a')]);
    observer.setQueries([query('a'), query('b')]);
    client.setQueryData(['a'], 5);
    log(brief(observer.getCurrentResult()), observer.getObservers().length);
    observer.setQueries([query('a'), query('b')]);
    log(brief(observer.getCurrentResult()));
  });

  beside('inside a listener takes effect at once', async (core, log) => {
    const client = new core.QueryClient();
    const observer = new core.QueriesObserver(client, [query('a'), query('b')]);
    let left = 3;
    const stop = observer.subscribe((results) => {
      log(brief(results));
      if (results[0]?.status === 'success' && left-- > 0) observer.setQueries([query(`n${left}`), query('b')]);
    });
    await wait(50);
    stop();
  });
});

describe('combine', () => {
  beside('is called when a result, the queries or it itself changes, and not else', async (core, log) => {
    const client = new core.QueryClient();
    const combine = (name: string) => (results: Results) => {
      log('combine', name, dataOf(results));
      return dataOf(results);
    };
    const [first, second] = [combine('first'), combine('second')];
    const queries = [query('a'), query('b', 10)].map((each) => client.defaultQueryOptions(each as never)) as Options[];
    const observer = new core.QueriesObserver<any>(client, queries, { combine: first });
    const render = (by: (results: Results) => unknown, given = queries) => {
      const [raw, combineResult, trackResult] = observer.getOptimisticResult(given as never, by as never);
      const shown = combineResult(trackResult());
      log('render', brief(raw), shown, combineResult(raw) === shown, combineResult() === shown);
    };
    render(first);
    const stop = observer.subscribe((results) => log(brief(results)));
    observer.setQueries(queries as never, { combine: first });
    await wait(20);
    render(first);
    render(second);
    observer.setQueries(queries as never, { combine: second });
    render(second);
    client.setQueryData(['a'], 'A');
    render(second);
    void client.invalidateQueries();
    await wait(20);
    const swapped = [queries[1]!, queries[0]!];
    render(second, swapped);
    observer.setQueries(swapped as never, { combine: second });
    render(second, swapped);
    client.setQueryData(['b'], 'B');
    const fewer = [queries[0]!];
    render(second, fewer);
    observer.setQueries(fewer as never, { combine: second });
    client.setQueryData(['a'], 'last');
    observer.setQueries(fewer as never);
    client.setQueryData(['a'], 'without combine');
    stop();
  });

  beside('counts from setQueries on', async (core, log) => {
    const client = new core.QueryClient();
    const combine = (results: Results) => {
      log('combine');
      return results.length;
    };
    const observer = new core.QueriesObserver<any>(client, [query('a')], { combine });
    const stop = observer.subscribe((results) => log(brief(results)));
    await wait(10);
    observer.setQueries([query('a') as never], { combine });
    client.setQueryData(['a'], 'A');
    client.setQueryData(['a'], 'B');
    stop();
  });

  for (const value of [undefined, null, 0, false, '', 'text']) {
    beside(`may come to ${JSON.stringify(value)}`, async (core, log) => {
      const client = new core.QueryClient();
      let calls = 0;
      const combine = () => {
        calls++;
        return value;
      };
      const queries = [query('a'), query('b', 10)];
      const observer = new core.QueriesObserver<any>(client, queries);
      const [raw, combineResult, trackResult] = observer.getOptimisticResult(queries as never, combine);
      log(combineResult(raw), combineResult(trackResult()), calls);
      observer.setQueries(queries as never, { combine });
      const stop = observer.subscribe((results) => log(brief(results)));
      await wait(20);
      stop();
      log(calls);
    });
  }

  beside('that throws throws where it is called', async (core, log) => {
    const client = new core.QueryClient();
    const combine = (results: Results) => {
      if (results[1]?.data === 'b') throw new Error('no b');
      return dataOf(results);
    };
    const queries = [query('a'), query('b', 10)].map((each) => client.defaultQueryOptions(each as never)) as Options[];
    const observer = new core.QueriesObserver<any>(client, queries);
    const [raw, combineResult] = observer.getOptimisticResult(queries as never, combine);
    log(combineResult(raw));
    const stop = observer.subscribe((results) => log(brief(results)));
    await wait(20);
    const [, again] = observer.getOptimisticResult(queries as never, combine);
    try {
      again();
    } catch (error) {
      log(error);
    }
    stop();
  });

  beside('keeps what is equal in its result', async (core, log) => {
    const client = new core.QueryClient();
    const combine = (results: Results) => ({ all: dataOf(results).map((data) => ({ data })), fixed: { x: 1 } });
    const queries = [query('a'), query('b', 10)].map((each) => client.defaultQueryOptions(each as never)) as Options[];
    const observer = new core.QueriesObserver<any>(client, queries);
    const shown = () => {
      const [, combineResult, trackResult] = observer.getOptimisticResult(queries as never, combine);
      return combineResult(trackResult()) as any;
    };
    const first = shown();
    const stop = observer.subscribe(() => log('told'));
    observer.setQueries(queries as never, { combine });
    await wait(20);
    const second = shown();
    client.setQueryData(['a'], 'A');
    const third = shown();
    log(first === second, first.fixed === third.fixed, second.all[1] === third.all[1], second.all[0] === third.all[0]);
    stop();
  });

  beside('that gives the results themselves', async (core, log) => {
    const client = new core.QueryClient();
    const combine = (results: Results) => results;
    const queries = [query('a'), query('b', 10)].map((each) => client.defaultQueryOptions(each as never)) as Options[];
    const observer = new core.QueriesObserver<any>(client, queries);
    observer.setQueries(queries as never, { combine });
    const stop = observer.subscribe((results) => log(brief(results)));
    for (let i = 0; i < 3; i++) {
      const [, combineResult, trackResult] = observer.getOptimisticResult(queries as never, combine);
      log(brief(combineResult(trackResult()) as any));
      await wait(7);
      void client.invalidateQueries();
    }
    await wait(20);
    stop();
  });
});

describe('tracked properties', () => {
  beside('of one result count for all', async (core, log) => {
    const client = new core.QueryClient();
    const queries = [query('a'), query('b', 10)].map((each) => client.defaultQueryOptions(each as never)) as Options[];
    const observer = new core.QueriesObserver<any>(client, queries);
    const stop = observer.subscribe((results) => log(brief(results)));
    const [, , trackResult] = observer.getOptimisticResult(queries as never, undefined);
    log(trackResult()[0]!.data);
    await wait(20);
    log('the same data again');
    void client.invalidateQueries();
    await wait(20);
    log('other data');
    client.setQueryData(['b'], 'B');
    stop();
  });

  beside('are not tracked where notifyOnChangeProps says what counts', async (core, log) => {
    const client = new core.QueryClient();
    const queries = [
      query('a', 5, { notifyOnChangeProps: ['error'] }),
      query('b', 5, { notifyOnChangeProps: 'all' }),
      query('c', 5, { notifyOnChangeProps: () => ['data'] }),
      query('d', 5, { notifyOnChangeProps: [] }),
    ].map((each) => client.defaultQueryOptions(each as never)) as Options[];
    const observer = new core.QueriesObserver<any>(client, queries);
    const [raw, , trackResult] = observer.getOptimisticResult(queries as never, undefined);
    log(trackResult().map((result, at) => result === raw[at]));
    const stop = observer.subscribe((results) => log(brief(results)));
    await wait(10);
    stop();
  });
});

describe('the optimistic result', () => {
  beside('shows queries that are not observed yet, and leaves the observers alone', (core, log) => {
    const client = new core.QueryClient();
    client.setQueryData(['b'], 'B');
    const observer = new core.QueriesObserver(client, [query('a')]);
    const before = observer.getObservers();
    const queries = [
      query('b', 5, { _optimisticResults: 'optimistic' }),
      query('c', 5, { _optimisticResults: 'optimistic' }),
    ];
    const [raw] = observer.getOptimisticResult(
      queries.map((each) => client.defaultQueryOptions(each as never)) as never,
      undefined,
    );
    log(brief(raw), observer.getObservers() === before, brief(observer.getCurrentResult()));
    log(
      client
        .getQueryCache()
        .getAll()
        .map(({ queryHash }) => queryHash),
    );
  });
});

describe('ten thousand queries', () => {
  behaveAsPage();

  it('are made, settled, combined and updated in seconds', async () => {
    const client = new QueryClient();
    const many = Array.from({ length: 10_000 }, (_, id) => ({
      queryKey: ['item', id],
      queryFn: () => id,
      staleTime: Number.POSITIVE_INFINITY,
    }));
    const combine = (results: { data?: any }[]) => results.reduce((sum, { data = 0 }) => sum + data, 0);
    const started = performance.now();
    const observer = new QueriesObserver<number>(client, many);
    const stop = observer.subscribe(() => {});
    await settle(0);
    expect(observer.getCurrentResult().every(({ isSuccess }) => isSuccess)).toBe(true);
    observer.setQueries(many as never, { combine });
    const [, combineResult, trackResult] = observer.getOptimisticResult(many as never, combine);
    expect(combineResult(trackResult())).toBe(49_995_000);
    // To read `data` of each is not to tell each observer of it each time.
    expect(performance.now() - started).toBeLessThan(15_000);
    let told = 0;
    observer.subscribe(() => told++);
    client.setQueryData(['item', 7], 1_000_000);
    expect(told).toBe(1);
    observer.setQueries([...many].reverse() as never, { combine });
    expect(observer.getCurrentResult()[9_992]!.data).toBe(1_000_000);
    stop();
    client.clear();
  });
});

it('names queries that are no array', () => {
  const client = new QueryClient();
  expect(() => new QueriesObserver(client, undefined as never)).toThrow(
    TypeError('The queries must be an array of query options, but they are undefined.'),
  );
  const observer = new QueriesObserver(client, [query('a') as never]);
  expect(() => observer.setQueries({} as never)).toThrow(/array of query options, but they are {}/);
  expect(observer.getCurrentResult()).toHaveLength(1);
});
