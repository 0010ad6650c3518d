import { Tooltip } from '@mantine/core';
import type { LiveStatus } from 'ferroquery';
import { useLiveState } from '../cache/live';
import { StatusPill, type Tone } from '../ui/StatusPill';
import classes from './Header.module.css';

const words: Record<LiveStatus['state'], { tone: Tone; label: string; meaning: string }> = {
  connecting: { tone: 'warn', label: 'Connecting', meaning: 'Opening the live connection' },
  replaying: { tone: 'warn', label: 'Catching up', meaning: 'Connected; going through what was missed' },
  live: { tone: 'good', label: 'Live', meaning: 'Nothing was missed; changes appear as they happen' },
  offline: { tone: 'bad', label: 'Offline', meaning: 'Not connected; trying again by itself' },
  stopped: { tone: 'calm', label: 'Stopped', meaning: 'The live connection was closed for good' },
};

export function LiveBadge() {
  const state = useLiveState();
  const { tone, label, meaning } = words[state];
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
