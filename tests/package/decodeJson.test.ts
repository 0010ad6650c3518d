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
