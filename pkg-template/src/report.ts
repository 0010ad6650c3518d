/** An error that nobody can catch is the host's to show. */
export function report(error: unknown): void {
  if (typeof reportError === 'function') {
    reportError(error);
  } else {
    queueMicrotask(() => {
      throw error;
    });
  }
}
