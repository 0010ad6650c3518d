import { decodeJson, QueryClient } from 'ferroquery';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { behaveAsPage } from './browserLike.js';

behaveAsPage();

let client: QueryClient;
beforeEach(() => {
  client = new QueryClient();
});
afterEach(() => client.clear());

const encoder = new TextEncoder();
const fetchBody = (body: BodyInit | null, queryKey: unknown[] = ['a']) =>
  client.fetchQuery({ queryKey, retry: false, queryFn: (context) => decodeJson(context, new Response(body)) });

const thrownBy = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
};

describe('the value', () => {
  it.each(['{"a":[1,{"b":null}]}', ' [ ] ', '"é😀"', '1e400', '-0', '9007199254740993', 'null', '{"a":1,"a":2}'])(
    'of %s is that of JSON.parse',
    async (text) => {
      expect(await fetchBody(text)).toStrictEqual(JSON.parse(text));
    },
  );

  it.each(['', '{', '<html>', '[1,]', 'undefined', '{"a":1}x', "'a'"])('of %j is refused as there', async (text) => {
    const expected = thrownBy(text) as Error;
    const error = (await fetchBody(text).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(SyntaxError);
    expect(error.message).toBe(expected.message);
  });

  it('comes from bytes as well, also from a part of a buffer', async () => {
    const bytes = encoder.encode('xx[1,2]yy');
    const queryFn = (context: never) => decodeJson(context, bytes.subarray(2, 7));
    expect(await client.fetchQuery({ queryKey: ['b'], queryFn: queryFn as never })).toEqual([1, 2]);
    const whole = encoder.encode('{"a":1}').buffer;
    expect(await decodeJson({ client, queryKey: ['c'] }, whole as ArrayBuffer)).toEqual({ a: 1 });
  });

  it('reads what isn’t UTF-8, and a byte order mark, as response.text() does', async () => {
    const broken = Uint8Array.of(0xef, 0xbb, 0xbf, 0x22, 0xff, 0xe2, 0x82, 0x22);
    expect(await fetchBody(broken)).toBe(JSON.parse(await new Response(broken).text()));
  });

  it('has __proto__ as a property of its own', async () => {
    const value = (await fetchBody('{"__proto__":{"admin":true}}')) as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

const row = (id: number) => ({
  id,
  name: `Agent ${id}`,
  owner: { id: id % 3, tags: ['a', { b: 1 }] },
  load: [1, 2, id],
});
const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => row(from + i));
type Table = { page: number; data: ReturnType<typeof row>[] };
const table = (data: unknown[], page = 1) => JSON.stringify({ page, data });
const fetchTable = async (text: string) => {
  await fetchBody(text);
  // What `fetchQuery` gives is the answer, before it is merged with the data.
  return client.getQueryData<Table>(['a'])!;
};

/** Makes a list longer than what is parsed as a whole. */
const PAD = JSON.stringify('x'.repeat(5_000));
const item = (name: string) => `{"id":1,"${name}":[1,{}]}`;
const panel = (name: string) => `{"${name}":1,"series":${JSON.stringify(rows(0, 60))}}`;

describe('of the data before', () => {
  it('everything is kept where nothing changed, in bytes or in white space', async () => {
    const before = await fetchTable(table(rows(0, 300)));
    expect(await fetchTable(table(rows(0, 300)))).toBe(before);
    expect(client.stats().decode).toMatchObject({ bodies: 2, unchanged: 1 });
    expect(await fetchTable(JSON.stringify({ data: rows(0, 300), page: 1 }, null, 2))).toBe(before);
  });

  it.each([
    ['big rows that are equal change places', [panel('id'), panel('\\u0069d')], [panel('\\u0069d'), panel('id')]],
    ['one of them is written otherwise too', [panel('id'), panel('\\u0069d')], [panel('\\u0069d'), panel('i\\u0064')]],
    ['small rows that are equal change places', [item('a'), item('\\u0061'), PAD], [item('\\u0061'), item('a'), PAD]],
    ['numbers do', ['7', '7.0', '70e-1', PAD], ['70e-1', '7.0', '7', PAD]],
    ['texts do', ['"a"', '"\\u0061"', PAD], ['"\\u0061"', '"a"', PAD]],
    ['names are written otherwise', [panel('id'), PAD], [panel('\\u0069d'), PAD]],
    ['members of a row change places', ['{"a":[1],"b":2}', PAD], ['{"b":2,"a":[1]}', PAD]],
    ['a member has come twice', ['{"a":[9],"b":2,"a":[1]}', PAD], ['{"b":2,"a":[1]}', PAD]],
    ['a member comes twice', ['{"b":2,"a":[1]}', PAD], ['{"b":2,"\\u0061":[9],"a":[1]}', PAD]],
    ['__proto__ is written otherwise', ['{"__proto__":[1]}', PAD], ['{"\\u005f_proto__":[1]}', PAD]],
  ])('everything is kept where %s', async (_, was, is) => {
    for (const [before, after] of [
      [`[${was}]`, `[${is}]`],
      [`{"page":1,"data":[${was}]}`, `{"page":1,"data":[${is}]}`],
      [`{"page":1,"data":{"rows":[${was}]}}`, `{"data":{"rows":[${is}]},"page":1.0}`],
    ] as const) {
      const first = await fetchTable(before);
      expect(await fetchTable(after)).toBe(first);
      expect(await fetchTable(` ${before}`)).toBe(first);
      client.clear();
    }
  });

  it('everything is kept where it is written otherwise, and the next body is compared with this one', async () => {
    const text = table(rows(0, 300));
    const before = await fetchTable(text);
    const other = text.replaceAll('"id"', '"\\u0069d"');
    for (const [body, unchanged] of [
      [other, 0],
      [other, 1],
      [` ${other}`, 1],
      [text, 1],
      [text, 2],
    ] as const) {
      expect(await fetchTable(body)).toBe(before);
      expect(client.stats().decode.unchanged).toBe(unchanged);
    }
    const { keptBytes } = client.stats().decode;
    expect(keptBytes).toBeLessThan(1.5 * text.length);
    const after = await fetchTable(table([row(900), ...rows(0, 300)]));
    expect(after.data[1]).toBe(before.data[0]);
  });

  it.each([
    ['on top', (data: unknown[]) => [row(900), ...data], 1],
    ['in the middle', (data: unknown[]) => [...data.slice(0, 150), row(900), ...data.slice(150)], 1],
    ['at the end', (data: unknown[]) => [...data, row(900)], 1],
    ['away', (data: unknown[]) => data.slice(1), 0],
    ['in great numbers away', (data: unknown[]) => data.slice(120), 0],
    ['in reverse', (data: unknown[]) => data.toReversed(), 0],
    ['to the top', (data: unknown[]) => [data[200], ...data.slice(0, 200), ...data.slice(201)], 0],
  ])('all rows are kept where one goes %s', async (_, change, fresh) => {
    const before = await fetchTable(table(rows(0, 300)));
    const text = table(change(rows(0, 300)));
    const after = await fetchTable(text);
    expect(after).toEqual(JSON.parse(text));
    const known = new Set(before.data);
    expect(after.data.filter((each) => !known.has(each))).toHaveLength(fresh);
    const { partial, parsed, received } = client.stats().decode;
    expect(partial).toBe(1);
    expect(parsed - received / 2).toBeLessThan(received / 8);
  });

  it('what is inside of a changed row is kept', async () => {
    const before = await fetchTable(table(rows(0, 300)));
    const data = rows(0, 300);
    data[7]!.name = 'Renamed';
    const after = await fetchTable(table([row(900), ...data], 2));
    expect(after.page).toBe(2);
    expect(after.data[8]).toEqual(data[7]);
    expect(after.data[8]).not.toBe(before.data[7]);
    expect(after.data[8]!.owner).toBe(before.data[7]!.owner);
    expect(after.data[8]!.load).toBe(before.data[7]!.load);
  });

  it('what is inside of a changed row without an id is kept, behind an edit in a list that has moved', async () => {
    const panels = () => [1, 2].map((id) => ({ id, series: rows(id * 100, id * 100 + 50) }));
    const before = (await fetchTable(table(panels()))).data as never as ReturnType<typeof panels>;
    const [first, second] = panels() as unknown as [{ series: unknown[] }, { series: unknown[] }];
    second.series[2] = { ...row(202), name: 'Renamed' };
    const { id, name, owner, load } = row(203);
    second.series[3] = { owner, load, name, id, more: true };
    const after = (await fetchTable(table([second, first]))).data as never as ReturnType<typeof panels>;
    expect(client.stats().decode.partial).toBe(1);
    expect(after[0]!.series[3]).toEqual({ owner, load, name, id, more: true });
    expect(after[0]!.series[3]!.owner).toBe(before[1]!.series[3]!.owner);
    expect(after[0]!.series[3]!.load).toBe(before[1]!.series[3]!.load);
  });

  it('members of a wide object are kept, and stand in their order', async () => {
    const wide = (ids: number[]) => Object.fromEntries(ids.map((id) => [`k${id}`, row(id)]));
    const ids = Array.from({ length: 300 }, (_, id) => id);
    for (const order of [[900, ...ids], ids.slice(5), [...ids, 901], [...ids.toReversed(), 902]]) {
      await fetchBody(JSON.stringify(wide(ids)));
      const before = client.getQueryData<Record<string, unknown>>(['a'])!;
      const text = JSON.stringify(wide(order));
      const after = (await fetchBody(text)) as Record<string, unknown>;
      expect(JSON.stringify(after)).toBe(text);
      expect(ids.every((id) => !(`k${id}` in after) || after[`k${id}`] === before[`k${id}`])).toBe(true);
    }
  });

  it.each([
    ['a name that is a number', '7'],
    ['one that is a number in escapes', '\\u0037'],
    ['a name that comes again', 'k3'],
  ])('members of an object that had %s are right with one in front', async (_, name) => {
    const wide = (first: string) =>
      `{${first}"x":0,"${name}":[1],${rows(0, 100).map((each) => `"k${each.id}":${JSON.stringify(each)}`)}}`;
    await fetchBody(wide(''));
    for (const first of ['"new":1,', '"newer":{},"new":1,', '"x":{},"new":1,', '']) {
      const text = wide(first);
      expect(JSON.stringify(await fetchBody(text))).toBe(JSON.stringify(JSON.parse(text)));
    }
  });

  it('members that come twice are the last ones', async () => {
    const text = (first: number) => `{"x":${JSON.stringify(rows(0, 100))},"a":${first},"b":2,"a":3}`;
    await fetchBody(text(1));
    expect(await fetchBody(text(7))).toEqual(JSON.parse(text(7)));
    expect(await fetchBody(text(8).replace(',"a":3', ''))).toMatchObject({ a: 8 });
  });

  it('nothing but what structural sharing keeps is kept after a write by hand', async () => {
    await fetchTable(table(rows(0, 300)));
    const mine = { page: 1, data: [...rows(0, 299), row(700)] };
    client.setQueryData(['a'], mine);
    const kept = client.getQueryData<Table>(['a'])!;
    const after = await fetchTable(table(rows(0, 300)));
    expect(after).toEqual({ page: 1, data: rows(0, 300) });
    expect(after.data[5]).toBe(kept.data[5]);
    // From here on it is the decoder's again.
    expect(await fetchTable(table(rows(0, 300)))).toBe(after);
    expect((await fetchTable(table([row(900), ...rows(0, 300)]))).data[1]).toBe(after.data[0]);
  });

  it('a part that the query function gives back is kept as well', async () => {
    const get = (text: string) =>
      client.fetchQuery({
        queryKey: ['part'],
        queryFn: async (context) => (await decodeJson<Table>(context, new Response(text))).data,
      });
    const before = await get(table(rows(0, 300)));
    expect(await get(table(rows(0, 300), 2))).toBe(before);
    expect((await get(table([row(900), ...rows(0, 300)])))[1]).toBe(before[0]);
  });

  it('nothing is kept with structuralSharing: false, and own functions decide', async () => {
    const text = table(rows(0, 300));
    const get = (structuralSharing: false | ((a: unknown, b: unknown) => unknown)) =>
      client.fetchQuery({
        queryKey: ['own'],
        structuralSharing,
        queryFn: (context) => decodeJson<Table>(context, new Response(text)),
      });
    const before = await get(false);
    const after = await get(false);
    expect(after).toEqual(before);
    expect(after.data[0]).not.toBe(before.data[0]);
    const seen: unknown[][] = [];
    await get((...values) => seen.push(values) && values[1]);
    expect(seen).toEqual([[after, after]]);
    expect(seen[0]![1]).not.toBe(after);
  });

  it('everything is right with two fetches of a query in flight', async () => {
    const context = { client, queryKey: ['a'] };
    const before = await fetchTable(table(rows(0, 300)));
    const texts = [table(rows(1, 301)), table(rows(2, 302)), table(rows(0, 300), 3), table(rows(5, 305))];
    const values = await Promise.all(texts.map((text) => decodeJson<Table>(context, new Response(text))));
    expect(values).toEqual(texts.map((text) => JSON.parse(text)));
    expect(values[0]!.data[0]).toBe(before.data[1]);
    expect(await fetchTable(table(rows(0, 300)))).toEqual(before);
  });

  it('a broken body takes nothing away', async () => {
    const before = await fetchTable(table(rows(0, 300)));
    const broken = table(rows(0, 300)).replace('"Agent 250"', '"Agent 250');
    const error = (await fetchBody(broken).catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toBe((thrownBy(broken) as Error).message);
    expect((await fetchTable(table(rows(0, 301)))).data[3]).toBe(before.data[3]);
  });

  it('first bodies are within the bound, and those that had to go are parsed as a whole', async () => {
    const big = (k: number) => table([{ id: k, name: 'x'.repeat(12 << 20) }, ...rows(0, 300)]);
    const answers = (id: number, body: string) =>
      client.fetchQuery({
        queryKey: ['big', id],
        staleTime: 0,
        queryFn: (context) => decodeJson(context, encoder.encode(body)) as Promise<Table>,
      });
    const first = await answers(0, big(0));
    for (let id = 1; id < 8; id++) {
      await answers(id, big(id));
    }
    const { dropped, keptBytes } = client.stats().decode;
    expect(dropped).toBe(3);
    expect(keptBytes).toBeLessThanOrEqual(64 << 20);
    const second = await answers(0, big(9));
    expect(second).toEqual(JSON.parse(big(9)));
    expect(client.stats().decode.partial).toBe(0);
    expect(first.data).toHaveLength(301);
    await answers(7, big(9));
    expect(client.stats().decode.partial).toBe(1);
  });

  it('nothing is in memory once the query is gone', async () => {
    await fetchTable(table(rows(0, 300)));
    expect(client.stats().decode).toMatchObject({ kept: 1 });
    expect(client.stats().decode.keptBytes).toBe(table(rows(0, 300)).length);
    await fetchTable(table(rows(0, 301)));
    expect(client.stats().decode.keptBytes).toBeGreaterThan(table(rows(0, 301)).length);
    client.clear();
    expect(client.stats().decode).toMatchObject({ kept: 0, keptBytes: 0 });
  });
});

describe('a body', () => {
  it('that isn’t one is refused', async () => {
    const error = (await decodeJson({ client, queryKey: ['a'] }, '{"a":1}' as never).catch(
      (thrown: unknown) => thrown,
    )) as Error;
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain('Give it the Response itself');
  });

  it('that has been read is refused', async () => {
    const response = new Response('[]');
    await response.text();
    await expect(decodeJson({ client, queryKey: ['a'] }, response)).rejects.toThrow(TypeError);
  });

  it('stops arriving when the fetch is aborted', async () => {
    let cancelled: unknown;
    const stream = new ReadableStream({
      start: (controller) => controller.enqueue(encoder.encode('[1,')),
      cancel: (reason) => {
        cancelled = reason;
      },
    });
    const abort = new AbortController();
    const value = decodeJson({ client, queryKey: ['a'], signal: abort.signal } as never, new Response(stream));
    setTimeout(() => abort.abort(new Error('enough')), 5);
    await expect(value).rejects.toThrow('enough');
    expect(cancelled).toBeInstanceOf(Error);
  });
});
