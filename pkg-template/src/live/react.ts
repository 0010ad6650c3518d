import { useSyncExternalStore } from 'react';
import type { LiveConnection, LiveStatus } from '../../types/extras';

/** The status of a live connection; renders again when it changes. */
export function useLive(connection: LiveConnection): LiveStatus {
  return useSyncExternalStore(connection.subscribe, connection.getStatus, connection.getStatus);
}
