import { EmptyState, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCoins, IconHistory, IconPencil } from '@tabler/icons-react';
import { memo } from 'react';
import type { ActivityEntry } from '../api/types';
import { activityQuery } from '../cache/queries';
import { useQuery } from '../core';
import { useSettings } from '../settings';
import { Ago } from '../ui/Ago';
import { Failure } from '../ui/Failure';
import { Panel } from '../ui/Panel';
import classes from './ActivityFeed.module.css';

const icons = {
  run_completed: { Icon: IconCheck, tone: 'good' },
  run_failed: { Icon: IconAlertTriangle, tone: 'bad' },
  agent_renamed: { Icon: IconPencil, tone: 'calm' },
  credits_spent: { Icon: IconCoins, tone: 'warn' },
} as const satisfies Record<ActivityEntry['kind'], unknown>;

const SKELETON_WIDTHS = ['60%', '48%', '36%', '59%', '47%', '35%', '58%'];

export function ActivityFeed() {
  const { workspaceId, fetching } = useSettings();
  const { data, error, isPending, isFetching, refetch } = useQuery(activityQuery(workspaceId, fetching));
  return (
    <Panel title="Activity" note="What happened last" busy={isFetching && !isPending} className={classes.panel} flush>
      <div className={classes.scroller} tabIndex={0} role="region" aria-label="Activity, scrolling">
        {error && !data && (
          <Failure
            title="The activity could not be loaded"
            error={error}
            onRetry={() => refetch()}
            retrying={isFetching}
          />
        )}
        {isPending && <FeedSkeleton />}
        {data?.length === 0 && (
          <EmptyState
            py="xl"
            size="sm"
            icon={<IconHistory aria-hidden />}
            title="Nothing has happened yet"
            description="Complete a run, and it appears here."
          />
        )}
        {data && data.length > 0 && (
          <ol className={classes.list}>
            {data.map((entry) => (
              <FeedEntry key={entry.id} entry={entry} />
            ))}
          </ol>
        )}
      </div>
    </Panel>
  );
}

const FeedEntry = memo(function FeedEntry({ entry }: { entry: ActivityEntry }) {
  const { Icon, tone } = icons[entry.kind];
  return (
    <li className={classes.entry}>
      <span className={classes.icon} data-tone={tone}>
        <Icon size={14} aria-hidden />
      </span>
      <div className={classes.what}>
        <p className={classes.text} title={entry.text}>
          {entry.text}
        </p>
        <p className={classes.time}>
          <Ago time={entry.at_ms} />
        </p>
      </div>
    </li>
  );
});

function FeedSkeleton() {
  return (
    <div aria-hidden>
      {SKELETON_WIDTHS.map((width) => (
        <div key={width} className={classes.entry}>
          <Skeleton circle height={26} />
          <Skeleton height={12} width={width} />
        </div>
      ))}
    </div>
  );
}
