import { FlexRender, type Row } from '@tanstack/react-table';
import { memo, useEffect } from 'react';
import type { Agent } from '../../api/types';
import { meter } from '../../costs/meter';
import classes from './AgentsTable.module.css';
import { cellProps, type features } from './columns';

interface AgentCellsProps {
  row: Row<typeof features, Agent>;
}

/** Rendered again when the agent is another object, not when its row has moved. */
export const AgentCells = memo(
  function AgentCells({ row }: AgentCellsProps) {
    useEffect(() => meter.rowRendered());
    return row.getAllCells().map((cell) => (
      <td key={cell.id} {...cellProps(cell.column.id)}>
        {cell.column.id === 'name' ? (
          <button type="button" className={classes.open} aria-haspopup="dialog">
            <span className={classes.name}>{row.original.name}</span>
            <span className={classes.under}>{row.original.team}</span>
          </button>
        ) : (
          <FlexRender cell={cell} />
        )}
      </td>
    ));
  },
  (before, after) => before.row.original === after.row.original,
);
