import { setMaxListeners } from 'node:events';
import type { Recorder } from './recorder.js';

/**
 * While a world runs, what goes to the console and what nobody catches goes into its record: that there was a
 * complaint, not its wording.
 * @returns puts everything back.
 */
export function recordComplaints(recorder: Recorder): () => void {
  const { error, warn } = console;
  console.error = () => recorder.call('console.error');
  console.warn = () => recorder.call('console.warn');

  // Node complains of many listeners at one signal, once for all worlds.
  setMaxListeners(0);

  // The runner's own handlers would fail the file; here a rejection is an observation.
  const handlers = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason) => recorder.call(`unhandled rejection ${recorder.show.error(reason)}`));

  return () => {
    Object.assign(console, { error, warn });
    process.removeAllListeners('unhandledRejection');
    for (const handler of handlers) process.on('unhandledRejection', handler);
  };
}
