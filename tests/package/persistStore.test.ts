import { memoryStore, persist, QueryClient, type Store, type StoredRecord } from 'ferroquery';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { leave, visit } from './visit.js';
import { settle, watch } from './watch.js';

behaveAsPage();

const KEY = Uint8Array.from({ length: 32 }, (_, at) => at);
afterEach(() => {
  vi.useRealTimers();
});

/** Every record of the scopes that `persist` has used. */
function spied(store: Store) {
  const scopes = new Set<string>();
  const spy: Store = {
    ...store,
    readIndex: (scope, ...rest) => {
      scopes.add(scope);
      return store.readIndex(scope, ...rest);
    },
  };
  const records = async (): Promise<[string, StoredRecord[]][]> => {
    const all: [string, StoredRecord[]][] = [];
    for (const scope of scopes) {
      const { records } = await store.readIndex(scope);
      const whole = await store.readBodies(
        scope,
        records.map(({ id }) => id),
      );
      all.push([scope, whole as StoredRecord[]]);
    }
    return all;
  };
  return { store: spy, records };
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder('latin1').decode(bytes);

describe('what is written', () => {
  it('is what has changed, once the page is idle', async () => {
    vi.useFakeTimers();
    const { client, stats } = visit(memoryStore());
    for (let n = 0; n < 200; n++) client.setQueryData(['n', n], { n });
    client.setQueryData(['n', 0], { n: 'again' });
    expect(stats()).toMatchObject({ written: 0, unsaved: 200 });
    await vi.advanceTimersByTimeAsync(2000);
    expect(stats()).toMatchObject({ written: 200, unsaved: 0, records: 200 });
    client.setQueryData(['n', 1], { n: 'new' });
    await vi.advanceTimersByTimeAsync(2000);
    expect(stats().written).toBe(201);
  });

  it('leaves a body alone that is the same', async () => {
    const write = vi.fn<Store['write']>();
    const memory = memoryStore();
    const store = { ...memory, write: write.mockImplementation(memory.write) };
    const { client, kept } = visit(store);
    const options = { queryKey: ['a'], queryFn: () => ({ rows: [1, 2, 3] }) };
    await client.fetchQuery(options);
    await kept.flush();
    await settle(2);
    await client.fetchQuery(options);
    await kept.flush();
    expect(write.mock.calls.map(([, , records]) => records.map(({ body }) => body !== undefined))).toEqual([
      [true],
      [false],
    ]);
  });

  it('is nothing that JSON does not keep, nothing sensitive without a key, and nothing that the filter leaves out', async () => {
    const store = memoryStore();
    const { client, kept, stats } = visit(store, { filter: { queryKey: ['kept'] } });
    client.setQueryData(['kept', 'date'], { at: new Date(0) });
    client.setQueryData(['other'], 1);
    await client.fetchQuery({ queryKey: ['kept', 'secret'], queryFn: () => 'pin', sensitive: true });
    client.setQueryData(['kept', 'plain'], 1);
    await kept.flush();
    expect(stats()).toMatchObject({ written: 1, records: 1, refused: { notJson: 1, sensitive: 1 } });
    const sealed = visit(store, { key: KEY });
    await sealed.client.fetchQuery({ queryKey: ['secret'], queryFn: () => 'pin', sensitive: true });
    await sealed.kept.flush();
    expect(sealed.stats()).toMatchObject({ written: 1, refused: { sensitive: 0 } });
  });

  it('takes a function for a filter', async () => {
    const { client, kept, stats } = visit(memoryStore(), { filter: (query) => query.queryKey[0] === 'a' });
    client.setQueryData(['a'], 1);
    client.setQueryData(['b'], 1);
    await kept.flush();
    expect(stats().records).toBe(1);
  });

  it('goes when the query is removed, reset or all is cleared, and stays when its time is over', async () => {
    const store = memoryStore();
    const { client, kept, stats } = visit(store);
    for (const name of ['removed', 'reset', 'old', 'stays']) client.setQueryData([name], name);
    await client.fetchQuery({ queryKey: ['collected'], queryFn: () => 1, gcTime: 30 });
    await kept.flush();
    expect(stats().records).toBe(5);
    await settle(60);
    expect(client.getQueryData(['collected'])).toBeUndefined();
    client.removeQueries({ queryKey: ['removed'] });
    await client.resetQueries({ queryKey: ['reset'] });
    await kept.flush();
    expect(stats().records).toBe(3);
    client.clear();
    await kept.flush();
    expect(stats().records).toBe(0);
    // What was hit may stay.
    expect((await store.readIndex('plain:ada', '[')).records).toEqual([]);
  });

  it('is not brought back when it has just been removed', async () => {
    const store = memoryStore();
    await leave(store, [[['a'], 'kept']]);
    const { client, kept } = visit(store);
    await kept.restore(['a']);
    client.removeQueries({ queryKey: ['a'] });
    expect(await client.fetchQuery({ queryKey: ['a'], queryFn: () => 'new', staleTime: Infinity })).toBe('new');
  });
});

describe('what is read', () => {
  it('is nothing of another scope, of another version, or too old', async () => {
    const store = memoryStore();
    await leave(store, [[['a'], 1]]);
    for (const options of [{ scope: 'bob' }, { version: '2' }]) {
      const { client, kept } = visit(store, options);
      await kept.restore();
      expect(client.getQueryCache().getAll()).toEqual([]);
    }
    const { stats, kept } = visit(store, { version: '3' });
    await kept.restored;
    // Version 2 has dropped it already.
    expect(stats()).toMatchObject({ records: 0, dropped: { version: 0 } });
    await leave(store, [[['b'], 1]]);
    await settle(20);
    const old = visit(store, { maxAge: 10 });
    await old.kept.restored;
    expect(old.stats()).toMatchObject({ records: 0, dropped: { maxAge: 1 } });
  });

  it('is nothing that was read while its user signed out', async () => {
    const memory = memoryStore();
    await leave(memory, [[['a'], 'kept']]);
    const { client } = visit({
      ...memory,
      readBodies: async (...args) => {
        const bodies = await memory.readBodies(...args);
        await settle(20);
        return bodies;
      },
    });
    const { observer } = watch(client, ['a'], { enabled: false });
    await settle(5);
    await client.signOut();
    await settle(40);
    expect(observer.getCurrentResult()).toMatchObject({ status: 'pending', data: undefined });
  });
});

describe('with a key', () => {
  it('nothing can be read in the store', async () => {
    const { store, records } = spied(memoryStore());
    await leave(store, [[['patient', 'Grace'], { diagnosis: 'measles '.repeat(300) }]], { key: KEY });
    const all = await records();
    const everything =
      JSON.stringify(all) + all.map(([, list]) => list.map((r) => text(r.head) + text(r.body)).join()).join();
    expect(all[0]![1]).toHaveLength(1);
    for (const word of ['Grace', 'patient', 'measles', 'diagnosis', 'ada']) expect(everything).not.toContain(word);
    const { client, kept } = visit(store, { key: KEY });
    expect(await kept.restore(['patient'])).toBe(1);
    expect(client.getQueryData(['patient', 'Grace'])).toEqual({ diagnosis: 'measles '.repeat(300) });
  });

  it.each([
    ['base64', btoa(String.fromCharCode(...KEY))],
    ['a promise', Promise.resolve(KEY.buffer)],
    ['a CryptoKey', crypto.subtle.importKey('raw', KEY, 'AES-GCM', false, ['encrypt', 'decrypt'])],
  ])('it may be %s', async (_, key) => {
    const store = memoryStore();
    await leave(store, [[['a'], 1]], { key });
    const { client, kept } = visit(store, { key: KEY });
    await kept.restore();
    expect(client.getQueryData(['a'])).toBe(1);
  });

  it('each write has a vector of its own', async () => {
    const { store, records } = spied(memoryStore());
    const vectors = new Set<string>();
    const { client, kept } = visit(store, { key: KEY });
    for (let n = 0; n < 5; n++) {
      client.setQueryData(['a'], n);
      await kept.flush();
      for (const [, list] of await records()) {
        for (const { head, body } of list) {
          vectors.add(text(head.slice(0, 12)));
          vectors.add(text(body!.slice(0, 12)));
        }
      }
    }
    expect(vectors.size).toBe(10);
  });

  it('another key reads nothing, and drops what it cannot read', async () => {
    const store = memoryStore();
    await leave(store, [[['a'], 1]], { key: KEY });
    const { client, kept, stats } = visit(store, { key: KEY.slice(0, 16) });
    await kept.restored;
    expect(await kept.restore()).toBe(0);
    expect(client.getQueryData(['a'])).toBeUndefined();
    expect(stats()).toMatchObject({ records: 0, dropped: { version: 1 } });
  });

  it('what was written without one is deleted', async () => {
    const { store, records } = spied(memoryStore());
    await leave(store, [[['a'], 1]]);
    const { kept } = visit(store, { key: KEY });
    await kept.restored;
    expect((await records()).flatMap(([, list]) => list)).toEqual([]);
  });

  it('records cannot be exchanged', async () => {
    const memory = memoryStore();
    const { store, records } = spied(memory);
    await leave(
      store,
      [
        [['a'], 'a'],
        [['b'], 'b'],
      ],
      { key: KEY },
    );
    const [[scope, [one, other]]] = (await records()) as [[string, [StoredRecord, StoredRecord]]];
    const { epoch } = await memory.readIndex(scope);
    await memory.write(scope, epoch, [
      { ...one, head: other.head, body: other.body! },
      { ...other, head: other.head, body: one.body! },
    ]);
    const { client, kept, stats } = visit(store, { key: KEY });
    await kept.restored;
    expect(await client.fetchQuery({ queryKey: ['a'], queryFn: () => 'new', staleTime: Infinity })).toBe('new');
    expect(await client.fetchQuery({ queryKey: ['b'], queryFn: () => 'new', staleTime: Infinity })).toBe('new');
    expect(stats()).toMatchObject({ dropped: { corrupt: 2 }, restored: 0 });
  });

  it.each([
    ['a password', 'correct horse', /PBKDF2/],
    ['of a wrong length', new Uint8Array(20), /16, 24 or 32 bytes/],
    ['of another kind', { kty: 'oct', k: 'secret' }, /of type object/],
  ])('one that is %s keeps nothing, says so once, and breaks nothing', async (_, key, says) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      const { client, kept, stats } = visit(memoryStore(), { key: key as never });
      await kept.restored;
      expect(warn).toHaveBeenCalledOnce();
      expect(String(warn.mock.calls[0]![1])).toMatch(says);
      expect(String(warn.mock.calls[0]![1])).not.toContain('secret');
      expect(await client.fetchQuery({ queryKey: ['a'], queryFn: () => 1 })).toBe(1);
      await kept.flush();
      expect(stats().written).toBe(0);
      await client.signOut();
    } finally {
      warn.mockRestore();
    }
  });
});

describe('a store that is damaged, full or gone', () => {
  const damage: [string, (record: StoredRecord) => Partial<StoredRecord>][] = [
    ['a head that is no JSON', () => ({ head: new TextEncoder().encode('[1,') })],
    ['a head with more fields', ({ head }) => ({ head: new TextEncoder().encode(text(head).replace(/\]$/, ',1]')) })],
    [
      'a head of another query',
      ({ head }) => ({
        head: new TextEncoder().encode(text(head).replaceAll('"a"', '"b"').replaceAll('\\"a\\"', '\\"b\\"')),
      }),
    ],
    ['a body that is cut off', ({ body }) => ({ body: body!.slice(0, -3) })],
    [
      'a body of another write',
      ({ body }) => ({ body: Uint8Array.from(body!, (byte, at) => (at === 0 ? byte ^ 1 : byte)) }),
    ],
    [
      'a body that claims to be huge',
      ({ body }) => ({ body: Uint8Array.from(body!, (byte, at) => (at >= 8 && at < 12 ? 0xff : byte)) }),
    ],
    [
      'a body that claims a megabyte',
      ({ body }) => ({
        body: Uint8Array.from(body!, (byte, at) => (at >= 8 && at < 12 ? [0, 0x10, 0, 0][at - 8]! : byte)),
      }),
    ],
    ['a body that is no text', ({ body }) => ({ body: Uint8Array.from(body!, (byte, at) => (at > 12 ? 0xff : byte)) })],
    ['no body', () => ({ body: undefined })],
    ['no bytes at all', () => ({ head: 'text' as never })],
    ['a time that is none', () => ({ at: Number.NaN })],
  ];

  it.each(damage)('drops %s', async (_, change) => {
    const memory = memoryStore();
    await leave(memory, [[['a'], { some: 'data' }]]);
    const { epoch, records } = await memory.readIndex('plain:ada');
    const [whole] = await memory.readBodies('plain:ada', [records[0]!.id]);
    await memory.delete('plain:ada', [whole!.id]);
    const { id, version, at, size, head, body } = whole!;
    await memory.write('plain:ada', epoch, [{ id, version, at, size, head, body, ...change(whole!) }]);
    const { client, kept, stats } = visit(memory);
    await kept.restored;
    expect(await client.fetchQuery({ queryKey: ['a'], queryFn: () => 'new', staleTime: Infinity })).toBe('new');
    await settle();
    expect(stats()).toMatchObject({ restored: 0, dropped: { corrupt: 1 } });
    await kept.flush();
    const next = visit(memory);
    await next.kept.restore();
    expect(next.client.getQueryData(['a'])).toBe('new');
  });

  it('does not let data change prototypes', async () => {
    const memory = memoryStore();
    await leave(memory, [[['a'], { safe: 1 }]]);
    const { epoch, records } = await memory.readIndex('plain:ada');
    const [whole] = await memory.readBodies('plain:ada', [records[0]!.id]);
    const body = Uint8Array.from([
      ...whole!.body!.slice(0, 12),
      ...new TextEncoder().encode('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
    ]);
    await memory.write('plain:ada', epoch, [{ ...whole!, body }]);
    const { client, kept } = visit(memory);
    await kept.restore();
    await client.fetchQuery({ queryKey: ['a'], queryFn: () => JSON.parse('{"__proto__":{"polluted":2}}') });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect((client.getQueryData(['a']) as { polluted?: number }).polluted).not.toBe(1);
  });

  /** A store that has room for so many bytes. */
  function bounded(room: number): Store {
    const memory = memoryStore();
    const sizes = new Map<string, number>();
    const used = () => [...sizes.values()].reduce((sum, size) => sum + size, 0);
    return {
      ...memory,
      async write(scope, epoch, records) {
        const added = records.reduce((sum, { id, size }) => sum + size - (sizes.get(id) ?? 0), 0);
        if (used() + added > room) throw new DOMException('no room', 'QuotaExceededError');
        for (const { id, size } of records) sizes.set(id, size);
        return memory.write(scope, epoch, records);
      },
      async delete(scope, ids) {
        for (const id of ids) sizes.delete(id);
        return memory.delete(scope, ids);
      },
    };
  }

  it('gives up the oldest where the disk is full', async () => {
    const { client, kept, stats } = visit(bounded(10_000));
    for (let n = 0; n < 40; n++) {
      client.setQueryData(
        ['n', n],
        { n, filler: Array.from({ length: 60 }, (_, at) => at * n) },
        { updatedAt: Date.now() + n },
      );
      await kept.flush();
    }
    const { records, bytes, dropped, failures } = stats();
    expect(records + dropped.quota).toBe(40);
    expect(dropped.quota).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(10_000);
    expect(failures).toBe(0);
  });

  it('does without what no room can be made for', async () => {
    const { client, kept, stats } = visit(bounded(1_000));
    client.setQueryData(
      ['large'],
      Array.from({ length: 900 }, (_, at) => Math.sin(at)),
    );
    await kept.flush();
    expect(stats()).toMatchObject({ records: 0, dropped: { quota: 1 } });
    client.setQueryData(['small'], 1);
    await kept.flush();
    expect(stats().records).toBe(1);
  });

  it('goes on without a store that fails in everything', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      const fails = () => Promise.reject(new Error('private mode'));
      const store: Store = { readIndex: fails, readBodies: fails, write: fails, delete: fails, clear: fails };
      const { client, kept, stats } = visit(store);
      const { observer } = watch(client, ['a']);
      await kept.restored;
      await settle();
      expect(observer.getCurrentResult().data).toBe(1);
      await kept.flush();
      expect(await kept.restore()).toBe(0);
      await client.signOut();
      expect(stats().failures).toBeGreaterThan(0);
      expect(warn).toHaveBeenCalledOnce();
    } finally {
      warn.mockRestore();
    }
  });

  it('waits no longer than two seconds for a store that never answers', async () => {
    vi.useFakeTimers();
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      const never = () => new Promise<never>(() => {});
      const { client, stats } = visit({
        readIndex: never,
        readBodies: never,
        write: never,
        delete: never,
        clear: never,
      });
      const { observer } = watch(client, ['a']);
      await vi.advanceTimersByTimeAsync(1999);
      expect(observer.getCurrentResult().data).toBeUndefined();
      await vi.advanceTimersByTimeAsync(2);
      expect(observer.getCurrentResult().data).toBe(1);
      expect(stats().failures).toBe(1);
    } finally {
      warn.mockRestore();
    }
  });

  it('writes again what failed once, with the next change', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      const memory = memoryStore();
      let fails = true;
      const store: Store = {
        ...memory,
        write: (...args) => (fails ? Promise.reject(new Error('a crash')) : memory.write(...args)),
      };
      const { client, kept, stats } = visit(store);
      client.setQueryData(['a'], 1);
      await kept.flush();
      expect(stats()).toMatchObject({ written: 0, failures: 1 });
      fails = false;
      await client.invalidateQueries({ queryKey: ['a'] });
      await kept.flush();
      expect(stats().written).toBe(1);
      const { client: next, kept: nextKept } = visit(store);
      await nextKept.restore();
      expect(next.getQueryData(['a'])).toBe(1);
    } finally {
      warn.mockRestore();
    }
  });
});

describe('options', () => {
  const client = new QueryClient();
  const store = memoryStore();
  it.each([
    [{ store, scope: 'ada' }, /client must be a QueryClient/],
    [{ client, scope: 'ada' }, /store must be one such as indexedDb/],
    [{ client, store }, /scope must say whose data it is/],
    [{ client, store, scope: '' }, /scope must say whose data it is/],
    [{ client, store, scope: 'ada', maxAge: -1 }, /maxAge must be a time/],
    [{ client, store, scope: 'ada', version: 1 }, /version must be a text/],
    [{ client, store, scope: 'ada', filter: 7 }, /filter must be query filters/],
  ])('%#: that are wrong say so', (options, says) => {
    expect(() => persist(options as never)).toThrow(says);
  });
});
