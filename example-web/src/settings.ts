import { createContext, use, useCallback, useEffect, useMemo, useState } from 'react';
import { TIMEFRAMES, type Timeframe } from './api/types';

/** What the whole page is about. Workspace and timeframe live in the address, so that a view can be shared. */
export interface Settings {
  workspaceId: string;
  timeframe: Timeframe;
  /** Pass every cache, here and on the server: for checking what the cache shows. */
  skipCache: boolean;
  set: (change: Partial<Omit<Settings, 'set'>>) => void;
}

const DEFAULT_WORKSPACE = 'ws1';

export const SettingsContext = createContext<Settings | null>(null);

export function useSettings(): Settings {
  const settings = use(SettingsContext);
  if (!settings) throw new Error('useSettings needs a <SettingsContext> above it');
  return settings;
}

export function useSettingsState(): Settings {
  const [state, setState] = useState(fromAddress);
  const set = useCallback((change: Partial<Omit<Settings, 'set'>>) => {
    setState((before) => ({ ...before, ...change }));
  }, []);
  useEffect(() => toAddress(state), [state]);
  return useMemo(() => ({ ...state, set }), [state, set]);
}

function fromAddress(): Omit<Settings, 'set'> {
  const params = new URLSearchParams(location.search);
  const wanted = params.get('timeframe');
  return {
    workspaceId: params.get('workspace') ?? DEFAULT_WORKSPACE,
    timeframe: TIMEFRAMES.find((timeframe) => timeframe === wanted) ?? '30d',
    skipCache: false,
  };
}

function toAddress({ workspaceId, timeframe }: Omit<Settings, 'set'>): void {
  const params = new URLSearchParams(location.search);
  params.set('workspace', workspaceId);
  params.set('timeframe', timeframe);
  history.replaceState(null, '', `?${params}`);
}
