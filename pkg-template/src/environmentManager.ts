/** Whether this is a server: no window, or Deno. Read once. */
export const isServer: boolean = typeof window === 'undefined' || 'Deno' in globalThis;

let decide: () => boolean = () => isServer;

/** Tells, at every moment it is asked, whether the code runs on a server: no timers, no automatic retries there. */
export const environmentManager = {
  isServer: (): boolean => decide(),
  setIsServer(isServerValue: () => boolean): void {
    decide = isServerValue;
  },
};
