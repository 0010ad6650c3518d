import { Drawer, Skeleton, Stack } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { AgentDetail, Run } from '../../api/types';
import { agentQuery } from '../../cache/queries';
import { useQuery } from '../../core';
import { formatCount, formatDuration, formatShare } from '../../format';
import { useSettings } from '../../settings';
import { Ago } from '../../ui/Ago';
import { Failure } from '../../ui/Failure';
import { StatusPill } from '../../ui/StatusPill';
import { CompleteRun } from '../CompleteRun';
import { SpendCredits } from '../SpendCredits';
import classes from './AgentDrawer.module.css';
import { AgentStatusPill } from './agentStatus';
import { RenameAgent } from './RenameAgent';

interface AgentDrawerProps {
  /** `null` closes the drawer. */
  agentId: string | null;
  onClose: () => void;
}

export default function AgentDrawer({ agentId, onClose }: AgentDrawerProps) {
  // The drawer slides out with what it showed.
  const [shownId, setShownId] = useState(agentId);
  useEffect(() => {
    if (agentId) setShownId(agentId);
  }, [agentId]);
  return (
    <Drawer
      opened={agentId !== null}
      onClose={onClose}
      position="right"
      size={460}
      title="Agent"
      closeButtonProps={{ 'aria-label': 'Close' }}
      overlayProps={{ backgroundOpacity: 0.45 }}
      classNames={{ content: classes.content, header: classes.header, title: classes.title }}
    >
      {shownId && <AgentDetails agentId={shownId} />}
    </Drawer>
  );
}

function AgentDetails({ agentId }: { agentId: string }) {
  const { workspaceId, fetching } = useSettings();
  const { data, error, isFetching, refetch } = useQuery(agentQuery(workspaceId, agentId, fetching));
  if (error && !data) {
    return (
      <Failure title="The agent could not be loaded" error={error} onRetry={() => refetch()} retrying={isFetching} />
    );
  }
  if (!data) return <DetailSkeleton />;
  return (
    <Stack gap="lg">
      <div>
        <h2 className={classes.name}>{data.name}</h2>
        <div className={classes.facts}>
          <AgentStatusPill status={data.status} />
          <span>{data.team}</span>
          <span aria-hidden>·</span>
          <span>{data.kind}</span>
          <span aria-hidden>·</span>
          <span>{data.id}</span>
        </div>
      </div>
      <Figures agent={data} />
      <AgentActions agent={data} />
      <RenameAgent key={data.id} agent={data} />
      <RecentRuns runs={data.recent_runs} />
    </Stack>
  );
}

function Figures({ agent }: { agent: AgentDetail }) {
  return (
    <dl className={classes.figures}>
      <div>
        <dt>Runs</dt>
        <dd data-figure="runs">{formatCount(agent.runs)}</dd>
      </div>
      <div>
        <dt>Success</dt>
        <dd>{formatShare(agent.success_rate)}</dd>
      </div>
      <div>
        <dt>Credits</dt>
        <dd data-figure="credits">{formatCount(agent.credits_spent)}</dd>
      </div>
      <div>
        <dt>Last run</dt>
        <dd>
          <Ago time={agent.last_run_at_ms} />
        </dd>
      </div>
    </dl>
  );
}

function AgentActions({ agent }: { agent: AgentDetail }) {
  return (
    <div className={classes.actions}>
      <CompleteRun agent={agent} />
      <SpendCredits agentId={agent.id} />
    </div>
  );
}

function RecentRuns({ runs }: { runs: Run[] }) {
  return (
    <section aria-label="Recent runs">
      <h3 className={classes.heading}>Recent runs</h3>
      {runs.length === 0 && <p className={classes.none}>This agent has not run yet.</p>}
      <ol className={classes.runs}>
        {runs.map((run) => (
          <li key={run.id}>
            <StatusPill tone={run.status === 'ok' ? 'good' : 'bad'}>
              {run.status === 'ok' ? 'Completed' : 'Failed'}
            </StatusPill>
            <span className={classes.took}>
              {formatDuration(run.duration_ms)}, {formatCount(run.credits)} {run.credits === 1 ? 'credit' : 'credits'}
            </span>
            <span className={classes.when}>
              <Ago time={run.finished_at_ms} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function DetailSkeleton() {
  return (
    <Stack gap="lg" aria-hidden>
      <div>
        <Skeleton height={24} width="70%" />
        <Skeleton height={16} width="50%" mt={12} />
      </div>
      <Skeleton height={64} />
      <Skeleton height={36} width="60%" />
      <Skeleton height={60} />
      <Skeleton height={180} />
    </Stack>
  );
}
