import { NativeSelect, Pagination } from '@mantine/core';
import { formatCount } from '../../format';
import classes from './AgentsPanel.module.css';
import type { AgentFilters } from './useAgentFilters';

const SIZES = ['25', '50', '100', '200'];

interface AgentsPagingProps {
  filters: AgentFilters;
  total: number;
  lastPage: number;
}

export function AgentsPaging({ filters, total, lastPage }: AgentsPagingProps) {
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
        data={SIZES.map((size) => ({ value: size, label: `${size} a page` }))}
        value={String(pageSize)}
        onChange={(event) => filters.setPageSize(Number(event.currentTarget.value))}
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
}
