import type { LiveConnection, LiveStatus } from 'ferroquery';
import { createContext, use, useCallback, useSyncExternalStore } from 'react';

export const LiveContext = createContext<LiveConnection | null>(null);

export function useLiveConnection(): LiveConnection {
  const connection = use(LiveContext);
  if (!connection) throw new Error('useLiveConnection needs a <LiveContext> above it');
  return connection;
}

/** The state of the live connection. Its cursor moves with every heartbeat, so only the state is watched here. */
export function useLiveState(): LiveStatus['state'] {
  const connection = useLiveConnection();
  const subscribe = useCallback((listener: () => void) => connection.subscribe(listener), [connection]);
  return useSyncExternalStore(subscribe, () => connection.status.state);
}
