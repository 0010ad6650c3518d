import { createParser } from 'eventsource-parser';
import type { Case } from '../case';
import { newClient } from '../client';
import { now } from '../clock';

const EVENTS = 10_000;
const OPS_EACH = 4;
const CHUNK_BYTES = 16 * 1024;

/** A stream as a hub sends it: a greeting, then events, then its end. */
function stream(): Uint8Array[] {
  let text = 'event: hello\ndata: {"v":1,"epoch":"e1","hb_ms":15000,"retry_ms":0,"jitter_ms":0}\n\n';
  text += 'event: sync\nid: e1.0\ndata: {"replayed":0}\n\n';
  for (let i = 1; i <= EVENTS; i++) {
    const ops = [
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

/** The operations, read and applied to a cache that holds nothing of what they name. */
async function ours(chunks: readonly Uint8Array[]): Promise<void> {
  const client = newClient() as ReturnType<typeof newClient> & {
    connect(options: object): {
      status: { cursor: string | null };
      subscribe(listener: (status: { state: string; cursor: string | null }) => void): void;
      close(): void;
    };
  };
  globalThis.fetch = async () => answer(chunks);
  const live = client.connect({ url: 'http://hub.invalid/inv/v1/stream', cursor: 'e1.0', tabs: false });
  await new Promise<void>((resolve) => {
    live.subscribe(({ state }) => state === 'offline' && resolve());
  });
  const { cursor } = live.status;
  live.close();
  if (cursor !== `e1.${EVENTS}`) throw new Error(`sse_bytes_to_ops: read up to ${cursor}`);
}

/** The operations, read and dropped. */
async function theirs(chunks: readonly Uint8Array[]): Promise<void> {
  let count = 0;
  const parser = createParser({
    onEvent: ({ event, data }) => {
      const body = JSON.parse(data);
      if (event === 'inv') count += body.ops.length;
    },
  });
  const decoder = new TextDecoder();
  const reader = answer(chunks).body!.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    parser.feed(decoder.decode(value, { stream: true }));
  }
  if (count !== EVENTS * OPS_EACH) throw new Error(`sse_bytes_to_ops: read ${count} operations`);
}

const bytesToOps: Case = {
  kind: 'paired',
  rows: [
    {
      id: 'sse_bytes_to_ops',
      what: `an operation, from the stream's bytes (there: TextDecoder, eventsource-parser and JSON.parse; here: applied, too)`,
      unit: 'ns',
      ops: EVENTS * OPS_EACH,
    },
  ],
  setup() {
    const chunks = stream();
    const read = BENCH_SIDE === 'ours' ? ours : theirs;
    const { fetch } = globalThis;
    return {
      async batch() {
        const start = now();
        try {
          await read(chunks);
        } finally {
          globalThis.fetch = fetch;
        }
        return { sse_bytes_to_ops: now() - start };
      },
    };
  },
};

export const live: Case[] = [bytesToOps];
