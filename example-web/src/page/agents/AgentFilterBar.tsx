import { CloseButton, NativeSelect, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { memo } from 'react';
import type { AgentStatus } from '../../api/types';
import classes from './AgentsPanel.module.css';
import { STATUSES, statusLabel } from './agentStatus';
import type { AgentFilters } from './useAgentFilters';

const statusOptions = [
  { value: 'all', label: 'Any status' },
  ...STATUSES.map((status) => ({ value: status, label: statusLabel(status) })),
];

export const AgentFilterBar = memo(function AgentFilterBar({ filters }: { filters: AgentFilters }) {
  return (
    <search className={classes.filters}>
      <TextInput
        className={classes.search}
        aria-label="Search agents by name"
        placeholder="Search by name"
        leftSection={<IconSearch size={16} aria-hidden />}
        rightSection={
          filters.search && (
            <CloseButton size="sm" aria-label="Clear the search" onClick={() => filters.setSearch('')} />
          )
        }
        value={filters.search}
        onChange={(event) => filters.setSearch(event.currentTarget.value)}
      />
      <NativeSelect
        className={classes.status}
        aria-label="Status"
        data={statusOptions}
        value={filters.query.status}
        onChange={(event) => filters.setStatus(event.currentTarget.value as AgentStatus | 'all')}
      />
    </search>
  );
});
