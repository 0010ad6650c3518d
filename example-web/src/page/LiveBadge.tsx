import { Tooltip } from '@mantine/core';
import type { LiveConnection, LiveStatus } from 'ferroquery';
import { useLiveConnection } from '../cache/live';
import { core } from '../core';
import type { Beyond } from '../core/core';
import { formatInterval } from '../format';
import { useSettings } from '../settings';
import { StatusPill, type Tone } from '../ui/StatusPill';
import classes from './Header.module.css';

interface Words {
  tone: Tone;
  label: string;
  meaning: string;
}

const words: Record<LiveStatus['state'], Words> = {
  connecting: { tone: 'warn', label: 'Connecting', meaning: 'Opening the live connection' },
  replaying: { tone: 'warn', label: 'Catching up', meaning: 'Connected; going through what was missed' },
  live: { tone: 'good', label: 'Live', meaning: 'Nothing was missed; changes appear as they happen' },
  offline: { tone: 'bad', label: 'Offline', meaning: 'Not connected; trying again by itself' },
  stopped: { tone: 'calm', label: 'Stopped', meaning: 'The live connection was closed for good' },
};

export function LiveBadge() {
  const connection = useLiveConnection();
  return core.beyond && connection ? <Live beyond={core.beyond} connection={connection} /> : <Polling />;
}

function Live({ beyond, connection }: { beyond: Beyond; connection: LiveConnection }) {
  const { state } = beyond.useLive(connection);
  return <Badge state={state} words={words[state]} />;
}

function Polling() {
  const { refetchInterval } = useSettings().fetching;
  const label = refetchInterval ? `Polling every ${formatInterval(refetchInterval)}` : 'Not live';
  return <Badge state="polling" words={{ tone: 'calm', label, meaning: 'Changes appear with the next poll' }} />;
}

function Badge({ state, words: { tone, label, meaning } }: { state: string; words: Words }) {
  return (
    <Tooltip label={meaning}>
      <div
        className={classes.badge}
        role="status"
        aria-label={`Live connection: ${label}. ${meaning}.`}
        data-live-state={state}
      >
        <StatusPill tone={tone} pulse={state === 'live'}>
          {label}
        </StatusPill>
      </div>
    </Tooltip>
  );
}
