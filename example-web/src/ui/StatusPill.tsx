import type { ReactNode } from 'react';
import classes from './StatusPill.module.css';

export type Tone = 'good' | 'warn' | 'bad' | 'calm';

/** A word with a coloured dot. The word carries the meaning; the colour only helps the eye. */
export function StatusPill({ tone, pulse = false, children }: { tone: Tone; pulse?: boolean; children: ReactNode }) {
  return (
    <span className={classes.pill} data-tone={tone}>
      <span className={classes.dot} data-pulse={pulse || undefined} aria-hidden />
      {children}
    </span>
  );
}
