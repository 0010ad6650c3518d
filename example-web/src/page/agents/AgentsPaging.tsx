import { NativeSelect, Pagination } from '@mantine/core';
import { memo } from 'react';
import { formatCount } from '../../format';
import { PAGE_SIZES } from '../../settings';
import classes from './AgentsPanel.module.css';
import type { AgentFilters } from './useAgentFilters';

interface AgentsPagingProps {
  filters: AgentFilters;
  total: number;
  lastPage: number;
}

export const AgentsPaging = memo(function AgentsPaging({ filters, total, lastPage }: AgentsPagingProps) {
  const { page, pageSize } = filters.query;
  const first = (page - 1) * pageSize + 1;
  const last = Math.min(total, page * pageSize);
  return (
    <nav className={classes.paging} aria-label="Pages of agents">
      <span className={classes.range}>
        {formatCount(first)}–{formatCount(last)} of {formatCount(total)}
      </span>
      <NativeSelect
        size="xs"
        aria-label="Agents on a page"
        data={PAGE_SIZES.map((size) => ({ value: String(size), label: sizeLabel(size, total) }))}
        value={String(pageSize)}
        onChange={(event) => filters.setPageSize(PAGE_SIZES[event.currentTarget.selectedIndex]!)}
      />
      <Pagination
        className={classes.pages}
        size="sm"
        siblings={1}
        boundaries={1}
        total={lastPage}
        value={page}
        onChange={filters.setPage}
        getItemProps={(target) => ({ 'aria-label': `Page ${target}` })}
        getControlProps={(control) => ({ 'aria-label': `${control === 'next' ? 'Next' : 'Previous'} page` })}
      />
    </nav>
  );
});

/** The largest size is there for seeing what a large answer costs. */
function sizeLabel(size: number, total: number): string {
  const isAll = size === PAGE_SIZES.at(-1) && total <= size;
  return isAll ? `All ${formatCount(total)}` : `${formatCount(size)} a page`;
}
