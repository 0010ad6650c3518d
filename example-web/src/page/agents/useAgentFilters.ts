import { useDebouncedValue } from '@mantine/hooks';
import type { SortingState } from '@tanstack/react-table';
import { useCallback, useMemo, useState } from 'react';
import type { AgentQuery, AgentStatus } from '../../api/types';
import { type PageSize, useSettings } from '../../settings';

const TYPING_PAUSE_MS = 250;

export interface AgentFilters {
  /** What is asked of the server: the search text follows the typing after a pause. */
  query: AgentQuery;
  /** What stands in the search field right now. */
  search: string;
  sorting: SortingState;
  setSearch: (search: string) => void;
  setStatus: (status: AgentStatus | 'all') => void;
  setSorting: (sorting: SortingState) => void;
  setPage: (page: number) => void;
  setPageSize: (pageSize: PageSize) => void;
  clear: () => void;
  filtered: boolean;
}

/** Every change but the page itself leads back to the first page. */
export function useAgentFilters(): AgentFilters {
  const { workspaceId, pageSize, set: choose } = useSettings();
  const [search, setSearch] = useState('');
  const [status, setStatus] = useState<AgentStatus | 'all'>('all');
  const [sorting, setSorting] = useState<SortingState>([{ id: 'runs', desc: true }]);
  const [typed] = useDebouncedValue(search.trim(), TYPING_PAUSE_MS);
  const sort = sorting.map(({ id, desc }) => (desc ? `-${id}` : id)).join(',');

  // The page belongs to one set of filters; under other filters the count starts again.
  const set = [workspaceId, typed, status, sort, pageSize].join('\n');
  const [place, setPlace] = useState({ set, page: 1 });
  const page = place.set === set ? place.page : 1;
  const setPage = useCallback((next: number) => setPlace({ set, page: next }), [set]);

  const setPageSize = useCallback((next: PageSize) => choose({ pageSize: next }), [choose]);

  const clear = useCallback(() => {
    setSearch('');
    setStatus('all');
  }, []);

  const query = useMemo(
    () => ({ workspaceId, page, pageSize, status, sort, search: typed }),
    [workspaceId, page, pageSize, status, sort, typed],
  );

  return useMemo(
    () => ({
      query,
      search,
      sorting,
      setSearch,
      setStatus,
      setSorting,
      setPage,
      setPageSize,
      clear,
      filtered: typed !== '' || status !== 'all',
    }),
    [query, search, sorting, setPage, setPageSize, clear, typed, status],
  );
}
