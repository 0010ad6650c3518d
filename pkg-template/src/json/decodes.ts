import type { Host } from '../bridge/host';
import { encodeUtf8 } from '../bridge/utf8';
import { assemble } from './assemble';
import { share } from './share';
import { parse, textOf } from './text';

/** Longer bodies (bytes) aren't compared; the engine refuses them too. */
const MAX_BODY = 32 * 2 ** 20;
/** Decoded values of one query, as many as the engine keeps bodies of it. */
const MOST = 3;
/** What the engine says of a body. */
const UNCHANGED = 0;
const PARTS = 1;
const VERDICTS = 4;

/** One body, and what it came to. */
interface Decode {
  /** Under which number the engine keeps it. */
  stamp: number;
  value: unknown;
  /** The value that it was compared with. */
  against: unknown;
  /** The text of a first body: the engine gets it when there is a second one. */
  text?: string | undefined;
}

/** What was decoded for one query: values here, their bodies in the engine. */
export class Decodes {
  readonly #host: Host<any, any>;
  /** An engine's numbers mean nothing to another one. */
  readonly #engine: Host<any, any>['engine'];
  readonly #slot: number;
  #all: Decode[] = [];

  constructor(host: Host<any, any>, slot: number) {
    this.#host = host;
    this.#engine = host.engine;
    this.#slot = slot;
  }

  /** Whether they belong to this engine and slot. */
  isOf(engine: unknown, slot: number): boolean {
    return this.#engine === engine && this.#slot === slot;
  }

  /** The value of a body; what equals parts of the value before keeps its identity. `data` is what the query has now. */
  decode(pieces: readonly Uint8Array[], data: unknown): unknown {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (length > MAX_BODY) {
      return parse(pieces);
    }
    const base = this.#all.find((known) => known.value === data) ?? this.#all.at(-1);
    if (!base) {
      return this.#first(pieces, length);
    }
    if (base.text !== undefined) {
      const text = encodeUtf8(base.text);
      this.#give([text], text.length);
      this.#engine.bring_body(this.#slot, base.stamp);
      base.text = undefined;
    }
    this.#give(pieces, length);
    const said = this.#engine.decode_body(this.#slot, base.stamp);
    const verdict = said % VERDICTS;
    if (verdict === UNCHANGED) {
      return base.value;
    }
    const stamp = (said - verdict) / VERDICTS;
    const value = verdict === PARTS ? this.#made(base.value, pieces) : fresh(base.value, pieces);
    this.#keep({ stamp, value, against: base.value }, base);
    return value;
  }

  /** Costs no more than to parse it: there may never be another one. */
  #first(pieces: readonly Uint8Array[], length: number): unknown {
    const text = textOf(pieces);
    const value = JSON.parse(text);
    // Two bytes for each character, unless all are ASCII.
    const held = text.length === length ? length : 2 * text.length;
    const stamp = this.#engine.hold_body(this.#slot, length, held);
    this.#keep({ stamp, value, against: undefined, text });
    return value;
  }

  #give(pieces: readonly Uint8Array[], length: number): void {
    let at = this.#engine.body_ptr(length);
    for (const piece of pieces) {
      this.#host.give(at, piece);
      at += piece.length;
    }
  }

  #keep(decode: Decode, base?: Decode): void {
    const { stamp, value } = decode;
    if (base && value === base.value) {
      // Written otherwise: the next one is likely to be written so too.
      base.stamp = stamp;
    } else if (typeof value === 'object' && value !== null) {
      this.#all.push(decode);
      if (this.#all.length > MOST) {
        this.#all.splice(this.#all[0] === base ? 1 : 0, 1);
      }
    }
    if (this.#engine.has_dropped_bodies()) {
      for (const slot of this.#engine.dropped_bodies()) {
        this.#host.query(slot)?.dropBodies();
      }
    }
  }

  /** Whether a value has all that it can keep of `data`. */
  isShared(value: unknown, data: unknown): boolean {
    return this.#all.some((known) => known.value === value && known.against === data);
  }

  /** The query has got `data`, which equals this answer of its function. */
  settle(value: unknown, data: unknown): void {
    const exact = this.#all.find((known) => known.value === value);
    const settled = exact ?? this.#all.at(-1);
    if (!settled) {
      return;
    }
    if (exact) {
      // A merge of the answer and the data before equals the answer.
      exact.value = data;
    } else {
      // A part of it, or what was made of it.
      this.#engine.forget_size(this.#slot);
    }
    // It would keep what was before.
    settled.against = undefined;
    if (this.#all.length > 1) {
      this.#all = [settled];
    }
    this.#engine.settle_body(this.#slot, settled.stamp);
  }

  /** Forgets the bodies too. */
  forget(): void {
    this.#all = [];
    this.#engine.forget_bodies(this.#slot);
  }

  #made(old: unknown, pieces: readonly Uint8Array[]): unknown {
    const engine = this.#engine;
    const length = engine.plan_text_length();
    const words = this.#host.words(engine.plan_ptr(), engine.plan_length());
    try {
      const values = length > 0 ? JSON.parse(textOf([this.#host.bytes(engine.plan_text_ptr(), length)])) : [];
      return assemble(words, values as unknown[], old);
    } catch {
      // The whole text has the error in its place, or none.
      return fresh(old, pieces);
    } finally {
      engine.forget_plan();
    }
  }
}

function fresh(old: unknown, pieces: readonly Uint8Array[]): unknown {
  return share(old, parse(pieces));
}
