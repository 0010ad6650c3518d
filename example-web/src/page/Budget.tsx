import { Skeleton } from '@mantine/core';
import { budgetQuery } from '../cache/queries';
import { useQuery } from '../core';
import { formatCompact, formatShare } from '../format';
import { useSettings } from '../settings';
import classes from './Kpis.module.css';

const TIGHT = 0.75;
const CRITICAL = 0.9;

/** How much of the workspace's credits is gone. */
export function Budget() {
  const { workspaceId, fetching } = useSettings();
  const { data: workspace, isError } = useQuery(budgetQuery(workspaceId, fetching));
  const used = workspace ? workspace.credits_spent / workspace.credit_limit : 0;
  const tone = used >= CRITICAL ? 'bad' : used >= TIGHT ? 'warn' : 'good';
  return (
    <article className={classes.card} data-card="budget">
      <h2 className={classes.label}>Credit budget used</h2>
      {workspace ? (
        <>
          <p className={classes.value}>{formatShare(used)}</p>
          <div className={classes.budget}>
            <div
              className={classes.track}
              role="meter"
              aria-label="Credit budget used"
              aria-valuemin={0}
              aria-valuemax={100}
              aria-valuenow={Math.round(used * 100)}
            >
              <div className={classes.used} data-tone={tone} style={{ width: `${Math.min(100, used * 100)}%` }} />
            </div>
            <span className={classes.small}>
              {formatCompact(workspace.credits_spent)} of {formatCompact(workspace.credit_limit)}
            </span>
          </div>
        </>
      ) : isError ? (
        <p className={classes.value}>–</p>
      ) : (
        <>
          <Skeleton height={26} width="60%" mt={11} />
          <Skeleton height={14} mt={24} />
        </>
      )}
    </article>
  );
}
