/** The memory that all engines of the page share, seen through views that outlive its growth. */
export class LinearMemory {
  readonly #memory: WebAssembly.Memory;
  #buffer: ArrayBufferLike;
  #bytes: Uint8Array;
  #words: Uint32Array;
  #numbers: Float64Array;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#buffer = memory.buffer;
    this.#bytes = new Uint8Array(this.#buffer);
    this.#words = new Uint32Array(this.#buffer);
    this.#numbers = new Float64Array(this.#buffer);
  }

  get size(): number {
    return this.#memory.buffer.byteLength;
  }

  get numbers(): Float64Array {
    this.#refresh();
    return this.#numbers;
  }

  /** A part of it; good until the next call of an engine. */
  bytes(pointer: number, length: number): Uint8Array {
    this.#refresh();
    return new Uint8Array(this.#buffer, pointer, length);
  }

  /** A part of it; good until the next call of an engine. */
  words(pointer: number, length: number): Uint32Array {
    this.#refresh();
    return new Uint32Array(this.#buffer, pointer, length);
  }

  writeBytes(pointer: number, values: Uint8Array): void {
    this.#refresh();
    this.#bytes.set(values, pointer);
  }

  writeWords(pointer: number, values: ArrayLike<number>, length: number): void {
    this.#refresh();
    const at = pointer >>> 2;
    for (let i = 0; i < length; i++) {
      this.#words[at + i] = values[i]!;
    }
  }

  /** Growth has made the old views empty. */
  #refresh(): void {
    const { buffer } = this.#memory;
    if (this.#buffer !== buffer) {
      this.#buffer = buffer;
      this.#bytes = new Uint8Array(buffer);
      this.#words = new Uint32Array(buffer);
      this.#numbers = new Float64Array(buffer);
    }
  }
}
