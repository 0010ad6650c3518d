/** Whether this is a server: no window, or Deno. Read once. */
export const isServer: boolean = typeof window === 'undefined' || 'Deno' in globalThis;
