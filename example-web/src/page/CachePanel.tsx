import { EmptyState } from '@mantine/core';
import { IconGaugeOff } from '@tabler/icons-react';
import type { LiveConnection } from 'ferroquery';
import { useMemo, useSyncExternalStore } from 'react';
import { useLiveConnection } from '../cache/live';
import { createMonitor, type Note } from '../cache/monitor';
import { core, useQueryClient } from '../core';
import type { Beyond } from '../core/core';
import { formatBytes, formatClock, formatCount, formatShare } from '../format';
import { Panel } from '../ui/Panel';
import classes from './CachePanel.module.css';

const KEYS_SHOWN = 2;

export function CachePanel() {
  const connection = useLiveConnection();
  return core.beyond && connection ? <Counters beyond={core.beyond} connection={connection} /> : <NoCounters />;
}

function NoCounters() {
  return (
    <Panel title="Cache" note="What this page did not have to ask for" className={classes.panel} flush>
      <EmptyState
        className={classes.empty}
        icon={<IconGaugeOff aria-hidden />}
        title="React Query keeps no counters"
        description="It has no live connection either: this page polls. Run it on ferroquery to see hits, misses and what went stale."
      />
    </Panel>
  );
}

/** What the cache did so far. It renders by itself, a few times a second at most. */
function Counters({ beyond, connection }: { beyond: Beyond; connection: LiveConnection }) {
  const client = useQueryClient();
  const monitor = useMemo(() => createMonitor(client, beyond, connection), [client, beyond, connection]);
  const { stats, live, notes } = useSyncExternalStore(monitor.subscribe, monitor.read);
  const asked = stats.hits + stats.misses;
  return (
    <Panel title="Cache" note="What this page did not have to ask for" className={classes.panel} flush>
      <div className={classes.rate}>
        <div className={classes.rateRow}>
          <span>Hit rate</span>
          <strong data-stat="hitRate">{formatShare(stats.hitRate)}</strong>
        </div>
        <div
          className={classes.track}
          role="meter"
          aria-label="Hit rate"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(stats.hitRate * 100)}
        >
          <div className={classes.hits} style={{ width: `${stats.hitRate * 100}%` }} />
        </div>
        <span className={classes.small}>
          {formatCount(stats.hits)} of {formatCount(asked)} questions answered from the cache
        </span>
      </div>
      <dl className={classes.stats}>
        <Stat name="hits" label="Hits" value={stats.hits} />
        <Stat name="misses" label="Misses" value={stats.misses} />
        <Stat name="fetches" label="Fetches" value={stats.fetches} />
        <Stat name="dedupes" label="Joined" value={stats.dedupes} />
        <Stat name="invalidations" label="Invalidated" value={stats.invalidations} />
        <Stat name="queries" label="Queries" value={stats.queries} />
        <Stat name="observers" label="Observers" value={stats.observers} />
        <Stat name="memoryBytes" label="Memory" value={stats.memoryBytes} format={formatBytes} />
      </dl>
      <dl className={classes.live}>
        <div>
          <dt>Connection</dt>
          <dd data-stat="live">
            {live.state}
            {live.reason ? ` (${live.reason})` : ''}
          </dd>
        </div>
        <div>
          <dt>Cursor</dt>
          <dd className={classes.mono} data-stat="cursor" title={live.cursor ?? undefined}>
            {live.cursor ?? '–'}
          </dd>
        </div>
      </dl>
      <h3 className={classes.heading}>Last events</h3>
      <ol className={classes.notes} tabIndex={0} aria-label="Last events, scrolling">
        {notes.length === 0 && <li className={classes.none}>Nothing went stale so far.</li>}
        {notes.map((note) => (
          <NoteLine key={note.id} note={note} />
        ))}
      </ol>
    </Panel>
  );
}

interface StatProps {
  name: string;
  label: string;
  value: number;
  format?: (value: number) => string;
}

function Stat({ name, label, value, format = formatCount }: StatProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd data-stat={name}>{format(value)}</dd>
    </div>
  );
}

function NoteLine({ note }: { note: Note }) {
  return (
    <li className={classes.note}>
      <span className={classes.clock}>{formatClock(note.time)}</span>
      {note.kind === 'live' ? (
        <span>
          Connection: {note.state}
          {note.reason ? ` (${note.reason})` : ''}
        </span>
      ) : (
        <span className={classes.what} title={note.keys.join('\n')}>
          {note.keys.length === 1 ? '1 query went stale' : `${note.keys.length} queries went stale`}
          <span className={classes.keys}>
            {note.keys.slice(0, KEYS_SHOWN).map((key) => (
              <code key={key}>{key}</code>
            ))}
            {note.keys.length > KEYS_SHOWN && `and ${note.keys.length - KEYS_SHOWN} more`}
          </span>
        </span>
      )}
    </li>
  );
}
