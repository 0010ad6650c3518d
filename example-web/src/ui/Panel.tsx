import { type ReactNode, useId } from 'react';
import classes from './Panel.module.css';

interface PanelProps {
  title: string;
  /** One line of plain words under the title. */
  note?: ReactNode;
  /** Controls at the right of the title. */
  side?: ReactNode;
  /** Set while what is shown is being fetched again: a thin bar, no movement of the content. */
  busy?: boolean;
  /** For content that brings its own inner spacing, like a table. */
  flush?: boolean;
  className?: string;
  children: ReactNode;
}

/** A card with a heading: every block of the page is one, and a landmark for assistive technology. */
export function Panel({ title, note, side, busy = false, flush = false, className, children }: PanelProps) {
  const id = useId();
  return (
    <section className={`${classes.panel} ${className ?? ''}`} aria-labelledby={id} aria-busy={busy}>
      <div className={classes.bar} data-busy={busy || undefined} aria-hidden />
      <header className={classes.header}>
        <div className={classes.titles}>
          <h2 id={id} className={classes.title}>
            {title}
          </h2>
          {note && <p className={classes.note}>{note}</p>}
        </div>
        {side && <div className={classes.side}>{side}</div>}
      </header>
      <div className={flush ? classes.flush : classes.body}>{children}</div>
    </section>
  );
}
