import { utf8 } from '../bridge/utf8';
import { noop } from '../markers';
import { timeoutManager } from '../timeoutManager';

/** A body of which no more comes is waited for no longer (ms). */
const PATIENCE_MS = 3000;

/** The text of a body's first bytes; the rest is not read. */
export async function readStart(response: Response, most: number): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) {
    return '';
  }
  const stop = () => void reader.cancel().catch(noop);
  const timer = timeoutManager.setTimeout(stop, PATIENCE_MS);
  const pieces: Uint8Array[] = [];
  try {
    for (let length = 0; length < most; ) {
      const { done, value } = await reader.read();
      if (done) {
        break;
      }
      pieces.push(value);
      length += value.length;
    }
  } finally {
    timeoutManager.clearTimeout(timer);
    stop();
  }
  return startOf(pieces, most);
}

/** The text of the first bytes of a body that is there in pieces. */
export function startOf(pieces: readonly Uint8Array[], most: number): string {
  const decoder = new (utf8().TextDecoder)();
  let text = '';
  let left = most;
  for (const piece of pieces) {
    if (left <= 0) {
      break;
    }
    text += decoder.decode(piece.subarray(0, left), { stream: true });
    left -= piece.length;
  }
  return text;
}
