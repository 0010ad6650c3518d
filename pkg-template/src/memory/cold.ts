import type { Engine } from '#glue';
import { isJsonSafe } from './jsonSafe';

/** What a packed value takes beside its bytes: the objects around them, as measured in V8. */
const AROUND = 280;
/** Longer texts aren't packed (UTF-16 units): that would hold up the page for more than some 20 ms. */
const MAX_LENGTH = 1_048_576;
/** More parts than a text of that length has, mostly. */
const MAX_PARTS = 200_000;
/** Packed to more than this part of the value, it stays as it is. */
const WORTH = 0.75;

let encoder: TextEncoder | undefined;
let decoder: TextDecoder | undefined;

/** A value as packed JSON. Unpacked once it stays so: all who hold this get the same object. */
export class Cold {
  #packed: Uint8Array | undefined;
  #value: unknown;
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

  /** The value; after the first time the same object. */
  value(engine: Engine): unknown {
    if (this.#packed) {
      const bytes = engine.unpack(this.#packed, this.length);
      if (!bytes) {
        throw new Error('A packed value is damaged, which is a defect of ferroquery: please report it.');
      }
      decoder ??= new TextDecoder();
      this.#value = JSON.parse(decoder.decode(bytes));
      this.#packed = undefined;
    }
    return this.#value;
  }
}

/** Packs a value that takes about so many bytes; `undefined` where it doesn't survive JSON, or it isn't worth it. */
export function freeze(value: unknown, bytes: number, engine: Engine): Cold | undefined {
  if (typeof value !== 'object' || value === null || !isJsonSafe(value, MAX_PARTS)) {
    return undefined;
  }
  const text = JSON.stringify(value);
  if (text.length > MAX_LENGTH) {
    return undefined;
  }
  encoder ??= new TextEncoder();
  const utf8 = encoder.encode(text);
  const cold = new Cold(engine.pack(utf8), utf8.length);
  return cold.size < bytes * WORTH ? cold : undefined;
}
