import type { QueryClient } from 'bench-subject';
import { createParser } from 'eventsource-parser';
import type { Case } from '../case';
import { fill, newClient } from '../client';
import { now } from '../clock';
import { dashboardKeys } from '../keys';

const EVENTS = 10_000;
/** Applying takes query-core 100 µs each. */
const APPLIED_EVENTS = 2_000;
const OPS_EACH = 4;
const CHUNK_BYTES = 16 * 1024;
/** What the cache holds while operations are applied. */
const CACHED = 100;

type Op = { k: 'key' | 'prefix'; key: (string | number)[] } | { k: 'glob'; p: string } | { k: 'tag'; t: string };

/** A stream as a hub sends it: a greeting, then events, then its end. */
function stream(events: number): Uint8Array[] {
  let text = 'event: hello\ndata: {"v":1,"epoch":"e1","hb_ms":15000,"retry_ms":0,"jitter_ms":0}\n\n';
  text += 'event: sync\nid: e1.0\ndata: {"replayed":0}\n\n';
  for (let i = 1; i <= events; i++) {
    const ops: Op[] = [
      { k: 'key', key: ['exec', 'dashboard', `ws${i % 100}`, '30d'] },
      { k: 'glob', p: `agent:*:a${i}:*` },
      { k: 'tag', t: `workspace:ws${i % 100}` },
      { k: 'prefix', key: ['agents', 'list', i % 100] },
    ];
    text += `event: inv\nid: e1.${i}\ndata: ${JSON.stringify({ ops, mode: 'refetch' })}\n\n`;
  }
  const bytes = new TextEncoder().encode(text);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
  return chunks;
}

function answer(chunks: readonly Uint8Array[]): Response {
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at < chunks.length) controller.enqueue(chunks[at++]!);
      else controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

/** Reads a whole stream; `take` gets each chunk. */
async function read(chunks: readonly Uint8Array[], take: (bytes: Uint8Array) => void): Promise<void> {
  const reader = answer(chunks).body!.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    take(value);
  }
}

/** The engine's parsers; gives how many operations a chunk completes. */
async function enginesParsers(): Promise<(bytes: Uint8Array) => number> {
  const { default: wasm } = await import('sse-ops.wasm');
  const module = await WebAssembly.compile(wasm);
  const imports: WebAssembly.Imports = {};
  // The rest of the engine is linked in and never called.
  const unused = () => {
    throw new Error('only the parsers are used');
  };
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] = { ...imports[from], [name]: unused };
  }
  const { exports } = await WebAssembly.instantiate(module, imports);
  const { buffer, memory, read } = exports as {
    buffer(): number;
    memory: WebAssembly.Memory;
    read(length: number): number;
  };
  const at = buffer();
  return (bytes) => {
    new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
    return read(bytes.length);
  };
}

/** What a team would put together; hands on the operations of each event. */
function usualParsers(take: (ops: readonly Op[]) => void): (bytes: Uint8Array) => void {
  const parser = createParser({
    onEvent: ({ event, data }) => {
      const body = JSON.parse(data);
      if (event === 'inv') take(body.ops);
    },
  });
  const decoder = new TextDecoder();
  return (bytes) => parser.feed(decoder.decode(bytes, { stream: true }));
}

const parsed: Case = {
  kind: 'paired',
  rows: [
    {
      id: 'sse_bytes_to_ops',
      what: "an operation, from the stream's bytes; not applied. There: TextDecoder, eventsource-parser and JSON.parse",
      unit: 'ns',
      ops: EVENTS * OPS_EACH,
    },
  ],
  async setup() {
    const chunks = stream(EVENTS);
    let count = 0;
    let take: (bytes: Uint8Array) => void;
    if (BENCH_SIDE === 'ours') {
      const parse = await enginesParsers();
      take = (bytes) => {
        count += parse(bytes);
      };
    } else {
      take = usualParsers((ops) => {
        count += ops.length;
      });
    }
    return {
      async batch() {
        count = 0;
        const start = now();
        await read(chunks, take);
        const ms = now() - start;
        if (count !== EVENTS * OPS_EACH) throw new Error(`sse_bytes_to_ops: read ${count} operations`);
        return { sse_bytes_to_ops: ms };
      },
    };
  },
};

/** As the live connection does it. */
async function connected(client: QueryClient, chunks: readonly Uint8Array[]): Promise<void> {
  const { connect } = client as QueryClient & {
    connect(options: object): {
      status: { cursor: string | null };
      subscribe(listener: (status: { state: string }) => void): void;
      close(): void;
    };
  };
  const { fetch } = globalThis;
  globalThis.fetch = async () => answer(chunks);
  try {
    const live = connect.call(client, { url: 'http://hub.invalid/inv/v1/stream', cursor: 'e1.0', tabs: false });
    await new Promise<void>((resolve) => {
      live.subscribe(({ state }) => state === 'offline' && resolve());
    });
    const { cursor } = live.status;
    live.close();
    if (cursor !== `e1.${APPLIED_EVENTS}`) throw new Error(`sse_bytes_applied: read up to ${cursor}`);
  } finally {
    globalThis.fetch = fetch;
  }
}

/** As a team would write it: tags and globs as predicates. */
async function applied(client: QueryClient, chunks: readonly Uint8Array[]): Promise<void> {
  const apply = (op: Op) => {
    if (op.k === 'key') return client.invalidateQueries({ queryKey: op.key, exact: true });
    if (op.k === 'prefix') return client.invalidateQueries({ queryKey: op.key });
    if (op.k === 'tag') {
      return client.invalidateQueries({ predicate: ({ meta }) => (meta?.tags as string[])?.includes(op.t) ?? false });
    }
    const literals = op.p.split('*').map((text) => text.replace(/[.+^${}()|[\]\\?]/g, '\\$&'));
    const pattern = new RegExp(`^${literals.join('.*')}$`);
    return client.invalidateQueries({ predicate: ({ queryKey }) => pattern.test(queryKey.join(':')) });
  };
  const take = usualParsers((ops) => {
    for (const op of ops) void apply(op);
  });
  await read(chunks, take);
}

const put: Case = {
  kind: 'paired',
  rows: [
    {
      id: 'sse_bytes_applied',
      what: `an operation, from the stream's bytes until it is applied to ${CACHED} cached queries; there by invalidateQueries`,
      unit: 'ns',
      ops: APPLIED_EVENTS * OPS_EACH,
    },
  ],
  setup() {
    const chunks = stream(APPLIED_EVENTS);
    const keys = dashboardKeys(CACHED);
    return {
      async batch() {
        const client = newClient();
        fill(client, keys);
        const start = now();
        await (BENCH_SIDE === 'ours' ? connected : applied)(client, chunks);
        const ms = now() - start;
        const hit = client.getQueryCache().findAll({ predicate: ({ state }) => state.isInvalidated }).length;
        if (hit !== CACHED / 10) throw new Error(`sse_bytes_applied: ${hit} queries were hit`);
        client.clear();
        return { sse_bytes_applied: ms };
      },
    };
  },
};

export const live: Case[] = [parsed, put];
