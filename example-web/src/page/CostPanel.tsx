import { Button, Switch } from '@mantine/core';
import { IconArrowsLeftRight } from '@tabler/icons-react';
import { core } from '../core';
import { labels, otherThan, runOn } from '../core/choice';
import type { CoreName } from '../core/core';
import type { Conditions, Figures, Run } from '../costs/run';
import { useRuns } from '../costs/useRuns';
import { formatBytes, formatClock, formatCount, formatDuration, formatInterval } from '../format';
import { POLL_MS, useSettings } from '../settings';
import { Panel } from '../ui/Panel';
import classes from './CostPanel.module.css';

const CORES: readonly CoreName[] = ['ferroquery', 'query-core'];
const MINUTE_MS = 60_000;

const figures: { name: keyof Figures; label: string; format: (value: number) => string }[] = [
  { name: 'busyMs', label: 'Main-thread time', format: formatMs },
  { name: 'dataMs', label: 'of which decoding and cache', format: formatMs },
  { name: 'bytesReceived', label: 'Bytes received', format: formatBytes },
  { name: 'bytesParsed', label: 'Bytes parsed', format: formatBytes },
  { name: 'rowsRendered', label: 'Table rows rendered', format: formatCount },
  { name: 'answers', label: 'Answers', format: formatCount },
];

/** The same page on both cores, side by side: one runs, the other shows its last run. */
export function CostPanel() {
  const { poll, set } = useSettings();
  const other = otherThan(core.name);
  return (
    <Panel
      title="What it cost"
      note="By the minute, without the first load; in brackets the whole run"
      side={
        <>
          <Switch
            label={`Poll every ${formatInterval(POLL_MS)}`}
            checked={poll}
            onChange={(event) => set({ poll: event.currentTarget.checked })}
          />
          <Button
            variant="default"
            size="xs"
            leftSection={<IconArrowsLeftRight size={14} aria-hidden />}
            onClick={() => runOn(other)}
          >
            Measure {labels[other]}
          </Button>
        </>
      }
      flush
    >
      <CostTable />
      <p className={classes.how}>
        Main-thread time is what this page takes to ask, to decode answers, to update the cache, to render with React
        and to draw, each timed until the main thread is free again. Choose all agents and poll, for the same work on
        both.
      </p>
    </Panel>
  );
}

/** Renders by itself, once a second. */
function CostTable() {
  const runs = useRuns();
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <td />
          {CORES.map((name) => (
            <th key={name} scope="col">
              {labels[name]}
              <span className={classes.small}>{when(name, runs[name])}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {figures.map(({ name, label, format }) => (
          <tr key={name}>
            <th scope="row">{label}</th>
            {CORES.map((core) => (
              <Cost key={core} core={core} name={name} run={runs[core]} format={format} />
            ))}
          </tr>
        ))}
        <tr>
          <th scope="row">Measured</th>
          {CORES.map((name) => (
            <td key={name}>
              {runs[name]?.since ? formatDuration(runs[name].since.ms) : '–'}
              <span className={classes.small}>{runs[name] && under(runs[name].conditions)}</span>
            </td>
          ))}
        </tr>
      </tbody>
    </table>
  );
}

interface CostProps {
  core: CoreName;
  name: keyof Figures;
  run: Run | null;
  format: (value: number) => string;
}

function Cost({ core, name, run, format }: CostProps) {
  const since = run?.since;
  return (
    <td data-cost={name} data-core={core}>
      {since ? format((since.figures[name] / since.ms) * MINUTE_MS) : '–'}
      {run && (
        <span className={classes.small}>
          (<data value={run.total[name]}>{format(run.total[name])}</data>)
        </span>
      )}
    </td>
  );
}

function when(name: CoreName, run: Run | null): string {
  if (name === core.name) return 'running';
  return run ? `last run, ${formatClock(run.at)}` : 'not measured yet';
}

function under({ pageSize, refetchInterval }: Conditions): string {
  const polling = refetchInterval ? `polling every ${formatInterval(refetchInterval)}` : 'live';
  return `${formatCount(pageSize)} agents, ${polling}`;
}

function formatMs(ms: number): string {
  return ms < 100 ? `${ms.toFixed(1)} ms` : formatDuration(ms);
}
