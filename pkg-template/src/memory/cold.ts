import type { Engine } from '#glue';
import { decodeUtf8, encodeUtf8 } from '../bridge/utf8';
import { fromColumns, toColumns } from './columns';
import { isJsonSafe } from './jsonSafe';

/** What a packed value takes beside its bytes: the objects around them, as measured in V8. */
const AROUND = 280;
/** Longer texts aren't packed (UTF-16 units): that would hold up the page for more than some 20 ms. */
const MAX_LENGTH = 1_048_576;
/** More parts than a text of that length has, mostly. */
const MAX_PARTS = 200_000;

/**
 * A value as packed JSON, by columns. Unpacked once it stays so: all who hold this get the same object. Who still holds the value that was
 * packed gets that one back.
 */
export class Cold {
  #packed: Uint8Array | undefined;
  #value: unknown;
  #origin: WeakRef<object> | undefined;
  /** Length of its text (bytes). */
  readonly length: number;

  constructor(packed: Uint8Array, length: number) {
    this.#packed = packed;
    this.length = length;
  }

  /** What it takes (bytes). */
  get size(): number {
    return (this.#packed?.length ?? 0) + AROUND;
  }

  /** Notes what was packed, as long as somebody else holds it. */
  remember(value: object): void {
    this.#origin = new WeakRef(value);
  }

  /** The value; after the first time the same object. */
  value(engine: Engine): unknown {
    if (this.#packed) {
      this.#value = this.#origin?.deref() ?? unpack(this.#packed, this.length, engine);
      this.#packed = undefined;
      this.#origin = undefined;
    }
    return this.#value;
  }
}

function unpack(packed: Uint8Array, length: number, engine: Engine): unknown {
  const bytes = engine.unpack_text(packed, length);
  if (!bytes) {
    throw new Error('A packed value is damaged, which is a defect of ferroquery: please report it.');
  }
  return fromColumns(JSON.parse(decodeUtf8(bytes)));
}

/** Packs a value into at most so many bytes; `undefined` where that can't be, or it doesn't survive JSON. */
export function freeze(value: unknown, most: number, engine: Engine): Cold | undefined {
  if (typeof value !== 'object' || value === null || !isJsonSafe(value, MAX_PARTS)) {
    return undefined;
  }
  const text = JSON.stringify(toColumns(value));
  if (text.length > MAX_LENGTH) {
    return undefined;
  }
  const utf8 = encodeUtf8(text);
  const cold = new Cold(engine.pack_text(utf8), utf8.length);
  return cold.size <= most ? cold : undefined;
}
