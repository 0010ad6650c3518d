/** The build can't go on; the message says why and what to do. */
export class BuildError extends Error {
  name = 'BuildError';
}
