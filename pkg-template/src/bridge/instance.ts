import { createGlue } from '#glue';
import { EngineUnavailableError } from '../errors';

type Glue = ReturnType<typeof createGlue>;
/** What an engine can be made from: its bytes, or the compiled module. */
export type EngineSource = BufferSource | WebAssembly.Module;
/** One running copy of the engine's code; many engines live in its memory. */
export interface Instance {
  readonly glue: Glue;
  readonly memory: WebAssembly.Memory;
}

let source: (() => EngineSource) | undefined;
let module: WebAssembly.Module | undefined;
let current: Instance | undefined;

/** Says where the engine comes from; called once by the entry. */
export function setEngineSource(from: () => EngineSource): void {
  source = from;
  module = undefined;
}

/** The running copy, started when it is first needed. Throws an EngineUnavailableError where WebAssembly is out of reach. */
export function instance(): Instance {
  current ??= start();
  return current;
}

/** Gives up a copy whose memory can't be trusted any more; the next call of `instance` starts a fresh one. */
export function discard(broken: Instance): void {
  if (current === broken) {
    current = undefined;
  }
}

function start(): Instance {
  if (typeof WebAssembly === 'undefined') {
    throw new EngineUnavailableError(
      'WebAssembly is switched off here (a lockdown mode, or a very old browser). Allow it for this site.',
    );
  }
  if (!source) {
    throw new EngineUnavailableError(
      "The engine hasn't been given to ferroquery/slim: await init(bytes, module or URL) before the first new QueryClient().",
    );
  }
  try {
    const from = source();
    module ??= from instanceof WebAssembly.Module ? from : new WebAssembly.Module(from);
    const glue = createGlue();
    const { memory } = glue.initSync({ module });
    return { glue, memory };
  } catch (cause) {
    throw new EngineUnavailableError(reason(cause), { cause });
  }
}

function reason(cause: unknown): string {
  const text = String(cause);
  if (/Content Security Policy|unsafe-eval|disallowed by embedder/i.test(text)) {
    return "The page's Content-Security-Policy forbids WebAssembly. Add 'wasm-unsafe-eval' to its script-src.";
  }
  return `The engine could not be started: ${text}`;
}
