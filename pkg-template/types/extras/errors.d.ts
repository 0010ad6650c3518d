/** The engine can't run here: WebAssembly is missing or forbidden. The message names the cause and the remedy. */
export declare class EngineUnavailableError extends Error {
  name: 'EngineUnavailableError';
  /** What the platform threw. */
  cause: unknown;
}

/** The engine failed and was replaced by a fresh one: data is kept and marked stale, fetches in flight were aborted. */
export declare class EngineTrapError extends Error {
  name: 'EngineTrapError';
}
