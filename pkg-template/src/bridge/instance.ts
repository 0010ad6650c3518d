import { createGlue } from '#glue';
import { EngineTrapError, EngineUnavailableError } from '../errors';
import { microtask } from '../microtask';
import { guard } from './guard';
import { utf8 } from './utf8';

type Glue = ReturnType<typeof createGlue>;
/** What an engine can be made from: its bytes, or the compiled module. */
export type EngineSource = BufferSource | WebAssembly.Module;

/** Who has an engine in an instance. */
export interface Tenant {
  /** Moves to a fresh instance. Runs no function of the user: the code that met the trap is still on the stack. */
  move(): void;
  /** Tells observers and fetches, once that code has ended. */
  resume(): void;
  /** Gives up: every later call throws `error`. */
  stop(error: EngineTrapError): void;
}

/** One running copy of the engine's code; many engines live in its memory. */
export interface Instance {
  readonly glue: Glue;
  readonly memory: WebAssembly.Memory;
  readonly tenants: Set<WeakRef<Tenant>>;
  /** Why nothing in this memory can be trusted any more. */
  broken?: EngineTrapError;
}

let source: (() => EngineSource) | undefined;
let module: WebAssembly.Module | undefined;
let current: Instance | undefined;
/** Whether tenants are on their way into the current instance. */
let isMoving = false;

/** Whether this is a compiled module, of this realm or another. */
export function isModule(value: unknown): value is WebAssembly.Module {
  return Object.prototype.toString.call(value) === '[object WebAssembly.Module]';
}

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

/**
 * Gives up a copy that has trapped: reports it once, and moves its tenants to a fresh one. A copy that traps while they move
 * in stops them instead: the trap would only come again.
 *
 * @param what the engine's own words
 */
export function discard(broken: Instance, what: string, cause?: unknown): EngineTrapError {
  if (broken.broken) {
    return broken.broken;
  }
  const error = new EngineTrapError(
    isMoving
      ? `The engine stopped again while it was being replaced (${what}). Its clients stay stopped: make new ones, or reload the page, and report this text to ferroquery.`
      : `The engine stopped at a defect of its own (${what}). A fresh one goes on in its place: data is kept and marked as invalidated, and what is watched is fetched again. There is nothing to do but to report this text to ferroquery.`,
    { cause },
  );
  broken.broken = error;
  if (current === broken) {
    current = undefined;
  }
  console.error(error);
  const tenants = [...broken.tenants].map((tenant) => tenant.deref()).filter((tenant) => tenant !== undefined);
  broken.tenants.clear();
  if (isMoving) {
    for (const tenant of tenants) {
      tenant.stop(error);
    }
    return error;
  }
  isMoving = true;
  for (const tenant of tenants) {
    try {
      tenant.move();
    } catch (thrown) {
      tenant.stop(thrown instanceof EngineTrapError ? thrown : error);
    }
  }
  microtask(() => {
    try {
      for (const tenant of tenants) {
        tenant.resume();
      }
    } finally {
      isMoving = false;
    }
  });
  return error;
}

/** Runs what nobody waits for: of a trap the console has been told, and its recovery is under way. */
export function outliveTrap(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof EngineTrapError)) {
      throw error;
    }
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
    module ??= compiled(source());
    const glue = createGlue(utf8());
    const { memory } = glue.initSync({ module });
    const started: Instance = { glue, memory, tenants: new Set() };
    glue.on_panic((text: string) => {
      throw discard(started, text);
    });
    guard(glue.Engine.prototype, (error) => discard(started, String(error), error));
    return started;
  } catch (cause) {
    throw new EngineUnavailableError(reason(cause), { cause });
  }
}

function compiled(from: EngineSource): WebAssembly.Module {
  if (!isModule(from)) {
    return new WebAssembly.Module(from);
  }
  if (!(from instanceof WebAssembly.Module)) {
    // Compiled in another realm (Next's edge runtime); the glue asks for an instance of this one's class.
    Object.setPrototypeOf(from, WebAssembly.Module.prototype);
  }
  return from;
}

function reason(cause: unknown): string {
  const text = String(cause);
  if (/Content Security Policy|unsafe-eval|disallowed by embedder/i.test(text)) {
    return "The page's Content-Security-Policy forbids WebAssembly. Add 'wasm-unsafe-eval' to its script-src.";
  }
  return `The engine could not be started: ${text}`;
}
