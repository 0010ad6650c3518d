/** The engine can't run here; the message names the cause and the remedy. */
export class EngineUnavailableError extends Error {
  override name = 'EngineUnavailableError';
}

/** The engine stopped at a defect of its own. The cache goes on with a fresh one; data is kept and marked stale. */
export class EngineTrapError extends Error {
  override name = 'EngineTrapError';
}
