import { sleep } from './clock';

const memories = new Set<WebAssembly.Memory>();

function collect(instance: WebAssembly.Instance): void {
  for (const value of Object.values(instance.exports)) {
    if (value instanceof WebAssembly.Memory) memories.add(value);
  }
}

/**
 * Remembers the linear memory of every wasm instance made from now on: neither engine counts it as heap. Must run
 * before the library is evaluated.
 */
export function watchWasm(): void {
  const { Instance, instantiate, instantiateStreaming } = WebAssembly;
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, args: [WebAssembly.Module, WebAssembly.Imports?]) {
      const instance = new target(...args);
      collect(instance);
      return instance;
    },
  });
  // One wrapper for overloads that differ in their source argument and in what they resolve to.
  const watched = (load: (...args: any[]) => Promise<any>) => {
    return async (...args: unknown[]) => {
      const result = await load(...args);
      collect(result instanceof Instance ? result : result.instance);
      return result;
    };
  };
  WebAssembly.instantiate = watched(instantiate) as typeof instantiate;
  if (instantiateStreaming)
    WebAssembly.instantiateStreaming = watched(instantiateStreaming) as typeof instantiateStreaming;
}

/** Runs a full collection. Both runtimes are started with `--expose-gc`. */
function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void };
  if (!gc) throw new Error('gc() is missing: start the runtime with --expose-gc');
  gc();
}

/** Time between a collection and what is measured then, in milliseconds. */
const SETTLE_MS = 10;

/** Collects what was left before, so that its collection and sweeping fall into no measurement that follows. */
export async function settle(): Promise<void> {
  collectGarbage();
  await sleep(SETTLE_MS);
}

/** Bytes in use, linear memory apart, once finalizers and weak references have had their turns. */
export async function settledMemory(): Promise<{ heap: number; wasm: number }> {
  for (let i = 0; i < 5; i++) {
    collectGarbage();
    // A macrotask, because finalizers run in one of their own.
    await sleep(20);
  }
  collectGarbage();
  let wasm = 0;
  for (const memory of memories) wasm += memory.buffer.byteLength;
  return { heap: heapBytes(wasm), wasm };
}

function heapBytes(wasm: number): number {
  const { memory } = performance as { memory?: { usedJSHeapSize: number } };
  if (memory) return memory.usedJSHeapSize;
  const { heapUsed, external } = process.memoryUsage();
  // Node counts linear memory as external.
  return heapUsed + external - wasm;
}
