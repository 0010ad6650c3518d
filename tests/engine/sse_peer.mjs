// Writes sse_peer.json: streams at random, and what eventsource-parser makes of them. `node tests/engine/sse_peer.mjs`
import { writeFileSync } from 'node:fs';
import { createParser } from 'eventsource-parser';

let state = 20;
function below(bound) {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
}
const pick = (list) => list[below(list.length)];

const ends = ['\n', '\r\n', '\r'];
const values = ['', ' ', 'x', ' x', '  x', ': x', 'é😀', '{"ops":[]}', '12', '0012', '1x', '-1', 'a:b'];
const fields = ['data', 'data', 'data', 'event', 'id', 'retry', 'other', '', 'dat', 'Data'];

function stream() {
  let text = '';
  for (let lines = 2 + below(14); lines > 0; lines--) {
    const line = below(3) === 0 ? '' : pick(fields) + (below(8) === 0 ? '' : ':') + pick(values);
    text += line + pick(ends);
  }
  // Ends in a line of its own kind: a bare CR at the very end is where parsers wait differently.
  return `${text}\n\n`;
}

function read(text) {
  const events = [];
  const retries = [];
  const parser = createParser({
    onEvent: ({ event, data }) => events.push([event ?? 'message', data]),
    onRetry: (ms) => retries.push(ms),
  });
  for (let at = 0; at < text.length; ) {
    const end = at + 1 + below(12);
    parser.feed(text.slice(at, end));
    at = end;
  }
  return { text, events, retries };
}

const lines = Array.from({ length: 500 }, () => JSON.stringify(read(stream())));
writeFileSync(new URL('sse_peer.json', import.meta.url), `[\n${lines.join(',\n')}\n]\n`);
