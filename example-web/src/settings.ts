import { createContext, use, useCallback, useEffect, useMemo, useState } from 'react';
import { TIMEFRAMES, type Timeframe } from './api/types';
import type { FetchChoice } from './cache/queries';
import { core } from './core';

export const PAGE_SIZES = [25, 50, 100, 200, 5_000] as const;
export type PageSize = (typeof PAGE_SIZES)[number];

/** What can be chosen. All but `skipCache` lives in the address, so that a view can be shared, and measured on both cores. */
interface Choices {
  workspaceId: string;
  timeframe: Timeframe;
  /** Pass every cache, here and on the server: for checking what the cache shows. */
  skipCache: boolean;
  /** Rows on a page of the table of agents. */
  pageSize: PageSize;
  /** Fetch everything shown every `POLL_MS`, on either core: the same work for both. */
  poll: boolean;
}

/** What the whole page is about. */
export interface Settings extends Choices {
  /** How the panels fetch. */
  fetching: Required<FetchChoice>;
  set: (change: Partial<Choices>) => void;
}

/** How often it polls where that was chosen, in ms. */
export const POLL_MS = 2_000;
const DEFAULT_WORKSPACE = 'ws1';
const DEFAULT_PAGE_SIZE = 50;

export const SettingsContext = createContext<Settings | null>(null);

export function useSettings(): Settings {
  const settings = use(SettingsContext);
  if (!settings) throw new Error('useSettings needs a <SettingsContext> above it');
  return settings;
}

export function useSettingsState(): Settings {
  const [state, setState] = useState(fromAddress);
  const set = useCallback((change: Partial<Choices>) => {
    setState((before) => ({ ...before, ...change }));
  }, []);
  useEffect(() => toAddress(state), [state]);
  return useMemo(() => {
    const { skipCache, poll } = state;
    return { ...state, fetching: { skipCache, refetchInterval: poll ? POLL_MS : core.refetchInterval }, set };
  }, [state, set]);
}

function fromAddress(): Choices {
  const params = new URLSearchParams(location.search);
  const wanted = params.get('timeframe');
  return {
    workspaceId: params.get('workspace') ?? DEFAULT_WORKSPACE,
    timeframe: TIMEFRAMES.find((timeframe) => timeframe === wanted) ?? '30d',
    skipCache: false,
    pageSize: PAGE_SIZES.find((size) => String(size) === params.get('agents')) ?? DEFAULT_PAGE_SIZE,
    poll: params.has('poll'),
  };
}

function toAddress({ workspaceId, timeframe, pageSize, poll }: Choices): void {
  const params = new URLSearchParams(location.search);
  params.set('workspace', workspaceId);
  params.set('timeframe', timeframe);
  if (pageSize !== DEFAULT_PAGE_SIZE) params.set('agents', String(pageSize));
  else params.delete('agents');
  if (poll) params.set('poll', '');
  else params.delete('poll');
  history.replaceState(null, '', `?${params}`);
}
