import { createColumnHelper, rowSortingFeature, tableFeatures } from '@tanstack/react-table';
import type { Agent } from '../../api/types';
import { formatCount, formatShare } from '../../format';
import { Ago } from '../../ui/Ago';
import { AgentStatusPill } from './agentStatus';

export const features = tableFeatures({ rowSortingFeature });

const column = createColumnHelper<typeof features, Agent>();

/** The ids are what the server sorts by. */
export const columns = column.columns([
  column.accessor('name', { header: 'Name', sortDescFirst: false }),
  column.accessor('team', { header: 'Team', sortDescFirst: false }),
  column.accessor('status', {
    header: 'Status',
    sortDescFirst: false,
    cell: (cell) => <AgentStatusPill status={cell.getValue()} />,
  }),
  column.accessor('runs', { header: 'Runs', sortDescFirst: true, cell: (cell) => formatCount(cell.getValue()) }),
  column.accessor('success_rate', {
    header: 'Success',
    sortDescFirst: true,
    cell: (cell) => formatShare(cell.getValue()),
  }),
  column.accessor('credits_spent', {
    header: 'Credits',
    sortDescFirst: true,
    cell: (cell) => formatCount(cell.getValue()),
  }),
  column.accessor('last_run_at_ms', {
    header: 'Last run',
    sortDescFirst: true,
    cell: (cell) => <Ago time={cell.getValue()} />,
  }),
]);

/** Columns of figures stand at the right, so that digits line up. */
const numeric = new Set(['runs', 'success_rate', 'credits_spent', 'last_run_at_ms']);

export const cellProps = (column: string) => ({
  'data-column': column,
  'data-numeric': numeric.has(column) || undefined,
});
