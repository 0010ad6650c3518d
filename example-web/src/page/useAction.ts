import { useCallback, useState } from 'react';

export interface Action<Args extends unknown[]> {
  /** Resolves to what went wrong, or to `null`. */
  run: (...args: Args) => Promise<Error | null>;
  busy: boolean;
  /** What went wrong the last time. */
  error: Error | null;
}

/** State around one write. The page refreshes by the server's event, so there is nothing to invalidate here. */
export function useAction<Args extends unknown[]>(act: (...args: Args) => Promise<unknown>): Action<Args> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const run = useCallback(
    async (...args: Args) => {
      setBusy(true);
      const failure = await act(...args).then(
        () => null,
        (cause: unknown) => (cause instanceof Error ? cause : new Error(String(cause))),
      );
      setError(failure);
      setBusy(false);
      return failure;
    },
    [act],
  );
  return { run, busy, error };
}
