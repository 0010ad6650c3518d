import { describe } from 'vitest';
import { same } from '../same.js';
import { at, backoff, fetcher, fn } from '../script/markers.js';
import { callback, mutationFn } from '../script/mutationMarkers.js';
import { advance, client, focus, mutation, mutations, mutator, observer, online } from '../script/steps.js';

const all = {
  onMutate: callback({ returns: 'kept' }),
  onSuccess: callback(),
  onError: callback(),
  onSettled: callback(),
};
const call = { onSuccess: callback(), onError: callback(), onSettled: callback() };
const raising = (name: string) => ({ ...all, [name]: callback({ raise: true }) });

/** The state of one that was stored while it waited. */
const waiting = {
  status: 'pending',
  isPaused: true,
  variables: 'v',
  context: 'kept',
  data: undefined,
  error: null,
  failureCount: 0,
  failureReason: null,
  submittedAt: 1,
};

/** Makes a mutation observer in the slot and listens to it. */
const mount = (options: Record<string, unknown> = {}, slot = 0) => [
  mutator.create(slot, { mutationFn: mutationFn(), ...options }),
  mutator.subscribe(slot),
];

describe('mutations', () => {
  same(
    'one that its listener takes up as soon as it waits',
    [
      mutator.create(0, { mutationFn: mutationFn() }),
      mutator.subscribe(0, at(3, [online(true), client.invalidateQueries({ queryKey: ['q'] })])),
      online(false),
      mutator.mutate(0, 'v'),
      mutator.mutate(0, 1),
      advance(10),
    ],
    { must: ['(inside) online(true)', 'mutation function call 1: 1'] },
  );
  const scoped = [
    mutator.create(0, { mutationFn: mutationFn(), scope: { id: 't' } }),
    mutator.mutate(0),
    mutator.mutate(0, 1),
  ];
  for (const options of [{}, { scope: {} }, { scope: { id: 'other' } }])
    same(
      `the first of a scope goes after its options have changed: ${JSON.stringify(options)}`,
      [
        ...scoped,
        mutation.setOptions(0, options),
        mutation.remove(0),
        mutator.mutate(0, 2),
        advance(10),
        mutator.mutate(0, 3),
        mutations.resume(),
        advance(100),
      ],
      { must: ['canRun', 'mutation event removed'] },
    );
  same(
    'all go after the options of the first have changed',
    [
      ...scoped,
      mutation.setOptions(0, { scope: {} }),
      mutation.remove(0),
      mutations.clear(),
      mutator.mutate(0, 2),
      advance(10),
    ],
    { must: ['mutation function call 1: 2'] },
  );
  same('callbacks of the cache, the options and the call', [...mount(all), mutator.mutate(0, 'v', call), advance(10)], {
    callbacks: true,
    must: ['mutation cache onMutate("v"', 'mutator0.onSuccess({call: 0', 'call onSettled({call: 0'],
  });
  same(
    'the same, failing',
    [...mount({ ...all, mutationFn: mutationFn({ fail: 9 }) }), mutator.mutate(0, 'v', call), advance(10)],
    { callbacks: true, must: ['mutation cache onError(', 'call onError(', 'promise 0 rejects'] },
  );
  for (const name of ['onMutate', 'onSuccess', 'onSettled']) {
    same(`${name} throws`, [...mount(raising(name)), mutator.mutate(0, 'v', call), advance(10)], {
      must: [`promise 0 rejects Error("mutator0.${name} raised")`],
    });
  }
  same(
    'onError throws: the first error counts',
    [
      ...mount({ ...raising('onError'), mutationFn: mutationFn({ fail: 9 }) }),
      mutator.mutate(0, 'v', call),
      advance(10),
    ],
    { must: ['promise 0 rejects Error("mutation function call 0 failed")', 'unhandled rejection'] },
  );
  same(
    'a callback of a call throws: the mutation has succeeded',
    [...mount(all), mutator.mutate(0, 'v', { ...call, onSuccess: callback({ raise: true }) }), advance(10)],
    { must: ['promise 0 resolves', 'unhandled rejection'] },
  );
  same('only the last call is called back', [
    ...mount(all),
    mutator.mutate(0, 1, call),
    mutator.mutate(0, 2, call),
    advance(10),
  ]);
  same('nobody listens: the call is not called back', [
    mutator.create(0, { mutationFn: mutationFn(), ...all }),
    mutator.mutate(0, 1, call),
    advance(10),
    mutator.getCurrentResult(0),
  ]);
  same('unmounted meanwhile, mounted again', [
    ...mount(all),
    mutator.mutate(0, 1, call),
    mutator.unsubscribe(0),
    advance(10),
    mutator.subscribe(0),
    mutator.getCurrentResult(0),
  ]);
  same('a reset lets it run on unseen', [
    ...mount(all),
    mutator.mutate(0, 1, call),
    advance(1),
    mutator.reset(0),
    advance(10),
  ]);
  same('other options while it runs; another key resets', [
    ...mount({ mutationKey: ['a'] }),
    mutator.mutate(0, 1),
    mutator.patch(0, { onSuccess: callback() }),
    advance(10),
    mutator.mutate(0, 2),
    mutator.patch(0, { mutationKey: ['b'] }),
    advance(10),
  ]);
  same(
    'retries by functions, with backoff by default',
    [
      ...mount({ mutationFn: mutationFn({ fail: 9 }), retry: fn([true, true, false]) }),
      mutator.mutate(0, 1),
      advance(5000),
      ...mount({ mutationFn: mutationFn({ fail: 2 }), retry: 3, retryDelay: backoff(50) }, 1),
      mutator.mutate(1, 1),
      advance(500),
    ],
    { must: ['type: "failed"'] },
  );
  same(
    'offline it waits; online the client takes it up before its queries',
    [
      observer.create(0, { queryKey: ['q'], queryFn: fetcher() }),
      observer.subscribe(0),
      advance(10),
      ...mount(all),
      online(false),
      mutator.mutate(0, 1),
      advance(100),
      mutations.resume(),
      online(true),
      advance(20),
    ],
    { must: ['type: "pause"', 'type: "continue"'] },
  );
  same(
    'without focus it waits between tries, not at first',
    [
      ...mount({ mutationFn: mutationFn({ fail: 1 }), retry: 1, retryDelay: 10 }),
      focus(false),
      mutator.mutate(0, 1),
      advance(100),
      focus(true),
      advance(100),
    ],
    { must: ['type: "pause"'] },
  );
  same('network modes', [
    ...mount({ networkMode: 'always' }),
    ...mount({ networkMode: 'offlineFirst', mutationFn: mutationFn({ fail: 1 }), retry: 1, retryDelay: 10 }, 1),
    online(false),
    mutator.mutate(0, 1),
    mutator.mutate(1, 1),
    advance(100),
    online(true),
    advance(100),
  ]);
  same(
    'a scope is a queue, in which one may fail',
    [
      ...mount({ scope: { id: 's' }, mutationFn: mutationFn({ fail: 1 }) }),
      mutator.mutate(0, 1),
      mutator.mutate(0, 2),
      mutator.mutate(0, 3),
      advance(30),
    ],
    { must: ['type: "pause"', 'promise 0 rejects', 'promise 2 rejects'] },
  );
  same('scopes offline: each in its order, side by side', [
    ...mount({ scope: { id: 's' } }),
    ...mount({ scope: { id: 't' } }, 1),
    online(false),
    mutator.mutate(0, 1),
    mutator.mutate(1, 2),
    mutator.mutate(0, 3),
    mutator.mutate(1, 4),
    advance(10),
    online(true),
    advance(50),
  ]);
  same('restored while it waited: no second onMutate', [
    mutations.build({ ...all, mutationFn: mutationFn() }, waiting),
    mutations.resume(),
    advance(10),
    mutation.continue(0),
  ]);
  same('collected when it has settled and nobody watches', [
    ...mount({ gcTime: 50, mutationFn: mutationFn({ delay: 120 }) }),
    mutator.mutate(0, 1),
    mutator.unsubscribe(0),
    advance(100),
    advance(30),
    advance(100),
  ]);
  same('an optimistic update is rolled back', [
    client.setQueryData(['q'], { n: 1 }),
    ...mount({
      mutationFn: mutationFn({ fail: 9 }),
      onMutate: callback({ steps: [client.setQueryData(['q'], { n: 2 })] }),
      onError: callback({ steps: [client.setQueryData(['q'], { n: 1 })] }),
    }),
    mutator.mutate(0, 1),
    advance(10),
  ]);
  same('defaults of the client, of the key, of the observer', [
    mutations.setDefaultOptions({ retry: 1, retryDelay: 10, gcTime: 500 }),
    mutations.setMutationDefaults(['a'], { mutationFn: mutationFn({ fail: 9 }), meta: { tag: 1 } }),
    mutations.setMutationDefaults(['a', 1], { retry: 2 }),
    mutations.getMutationDefaults(['a', 1, 'deep']),
    mutator.create(0, { mutationKey: ['a', 1], gcTime: 100 }),
    mutator.mutate(0, 'v'),
    advance(200),
    advance(1000),
  ]);
  same('found by key, status and predicate', [
    mutations.build({ mutationKey: ['a'] }),
    mutations.build({ mutationKey: ['a', 1], mutationFn: mutationFn({ delay: 'never' }) }),
    mutations.build({}),
    mutation.execute(1, 'v'),
    mutations.find({ mutationKey: ['a'] }),
    mutations.findAll({ mutationKey: ['a'] }),
    mutations.findAll({ mutationKey: ['a'], exact: true }),
    mutations.findAll({ status: 'idle' }),
    mutations.isMutating({ mutationKey: ['a'] }),
    mutations.isMutating({ mutationKey: ['a'], exact: true }),
  ]);
});

describe('the time to collection of a mutation', () => {
  same('0: gone as soon as it has settled', [
    mutations.build({ mutationFn: mutationFn({ delay: 10 }), gcTime: 0 }),
    mutation.execute(0, 'v'),
    advance(9),
    advance(5),
  ]);
  same('over while it is pending: looked at again after as long', [
    mutations.build({ mutationFn: mutationFn({ delay: 25 }), gcTime: 10 }),
    mutation.execute(0, 'v'),
    advance(26),
    advance(3),
    advance(1),
  ]);
  same('five minutes by default', [
    mutations.build({ mutationFn: mutationFn() }),
    mutation.execute(0, 'v'),
    advance(299_999),
    advance(1),
  ]);
});
