export type PageEvent = 'visible' | 'pagehide' | 'freeze' | 'resume' | 'pageshow' | 'online' | 'offline';

/** Listens to what the page tells of itself and of its network, until the signal; a worker or Node tells less or nothing. */
export function listenToPage(signal: AbortSignal, tell: (event: PageEvent) => void): void {
  if (typeof document !== 'undefined') {
    const onChange = () => document.visibilityState === 'visible' && tell('visible');
    document.addEventListener('visibilitychange', onChange, { signal });
    for (const name of ['freeze', 'resume'] as const) {
      document.addEventListener(name, () => tell(name), { signal });
    }
  }
  if (typeof globalThis.addEventListener === 'function') {
    for (const name of ['pagehide', 'pageshow', 'online', 'offline'] as const) {
      globalThis.addEventListener(name, () => tell(name), { signal });
    }
  }
}
