import type { LiveConnection, LiveStatus } from 'ferroquery';
import { useLive } from 'ferroquery/live-react';
import { createContext, use } from 'react';

export const LiveContext = createContext<LiveConnection | null>(null);

export function useLiveConnection(): LiveConnection {
  const connection = use(LiveContext);
  if (!connection) throw new Error('useLiveConnection needs a <LiveContext> above it');
  return connection;
}

export function useLiveState(): LiveStatus['state'] {
  return useLive(useLiveConnection()).state;
}
