import type { LiveConnection } from 'ferroquery';
import { createContext, use } from 'react';

/** `null` where the page runs on a core that has none. */
export const LiveContext = createContext<LiveConnection | null>(null);

export const useLiveConnection = (): LiveConnection | null => use(LiveContext);
