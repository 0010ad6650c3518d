import { Skeleton } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import { functionalUpdate, type Header, type SortingState, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useLayoutEffect, useMemo, useRef } from 'react';
import type { Agent, AgentQuery } from '../../api/types';
import { AgentCells } from './AgentCells';
import classes from './AgentsTable.module.css';
import { cellProps, columns, features } from './columns';

const ROW_PX = 48;
const SKELETON_WIDTHS = ['34%', '29%', '24%', '33%', '28%', '23%', '32%', '27%', '22%', '31%'];

interface AgentsTableProps {
  rows: Agent[];
  /** What was asked for; another page or order starts at its top. */
  query: AgentQuery;
  sorting: SortingState;
  onSort: (sorting: SortingState) => void;
  onOpen: (agentId: string) => void;
  /** These rows belong to the filters before; the ones asked for are on their way. */
  dimmed: boolean;
}

/** Sorting and paging happen on the server. Only the rows in view are in the document, and known to the table. */
export const AgentsTable = memo(function AgentsTable({
  rows,
  query,
  sorting,
  onSort,
  onOpen,
  dimmed,
}: AgentsTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  const visible = virtual.getVirtualItems();
  const first = visible[0]?.index ?? 0;
  const above = visible[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (visible.at(-1)?.end ?? 0);
  const data = useMemo(() => rows.slice(first, first + visible.length), [rows, first, visible.length]);
  const table = useTable({
    features,
    columns,
    data,
    getRowId: (agent) => agent.id,
    manualSorting: true,
    enableSortingRemoval: false,
    state: { sorting },
    onSortingChange: (updater) => onSort(functionalUpdate(updater, sorting)),
  });

  // A refresh of the same page leaves the reader where they are.
  const shownQuery = useRef(query);
  useLayoutEffect(() => {
    if (shownQuery.current === query) return;
    shownQuery.current = query;
    scroller.current?.scrollTo({ top: 0 });
  }, [query]);

  return (
    // A scrolling region must be reachable with the keyboard.
    <div ref={scroller} className={classes.scroller} tabIndex={0} role="region" aria-label="Agents, scrolling">
      <table className={classes.table} data-dimmed={dimmed || undefined} aria-rowcount={rows.length + 1}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} aria-rowindex={1}>
              {group.headers.map((header) => (
                <th key={header.id} {...cellProps(header.column.id)} aria-sort={ariaSort(header)}>
                  {header.column.getCanSort() ? (
                    <button type="button" className={classes.sort} onClick={header.column.getToggleSortingHandler()}>
                      <table.FlexRender header={header} />
                      <SortIcon sorted={header.column.getIsSorted()} />
                    </button>
                  ) : (
                    <table.FlexRender header={header} />
                  )}
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {above > 0 && <tr aria-hidden style={{ height: above }} />}
          {table.getRowModel().rows.map((row, index) => (
            <tr key={row.id} className={classes.row} aria-rowindex={first + index + 2} onClick={() => onOpen(row.id)}>
              <AgentCells row={row} />
            </tr>
          ))}
          {below > 0 && <tr aria-hidden style={{ height: below }} />}
        </tbody>
      </table>
    </div>
  );
});

function ariaSort(header: Header<typeof features, Agent>): 'ascending' | 'descending' | undefined {
  const sorted = header.column.getIsSorted();
  if (!sorted) return undefined;
  return sorted === 'asc' ? 'ascending' : 'descending';
}

function SortIcon({ sorted }: { sorted: false | 'asc' | 'desc' }) {
  if (sorted === 'asc') return <IconArrowUp size={14} aria-hidden />;
  if (sorted === 'desc') return <IconArrowDown size={14} aria-hidden />;
  return <IconArrowsSort size={14} className={classes.unsorted} aria-hidden />;
}

export function AgentsTableSkeleton() {
  return (
    <div className={classes.scroller} aria-hidden>
      {SKELETON_WIDTHS.map((width) => (
        <div key={width} className={classes.skeleton}>
          <Skeleton height={14} width={width} />
          <Skeleton height={14} width="12%" />
          <Skeleton height={14} width="8%" />
        </div>
      ))}
    </div>
  );
}
