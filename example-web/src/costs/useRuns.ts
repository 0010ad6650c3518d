import { useEffect, useState } from 'react';
import { core } from '../core';
import { otherThan } from '../core/choice';
import type { CoreName } from '../core/core';
import { keepRun, lastRun } from './lastRuns';
import { meter } from './meter';
import type { Run } from './run';

const PERIOD_MS = 1_000;

/** This page's run so far, read once a second, and the other core's last one. The page's is kept for the other. */
export function useRuns(): Record<CoreName, Run | null> {
  const [run, setRun] = useState(() => meter.read());
  const [other] = useState(() => lastRun(otherThan(core.name)));
  useEffect(() => {
    const read = () => {
      // Another tab may be measuring.
      if (document.hidden) return;
      const latest = meter.read();
      setRun(latest);
      if (latest?.since) keepRun(core.name, latest);
    };
    const timer = setInterval(read, PERIOD_MS);
    addEventListener('pagehide', read);
    return () => {
      clearInterval(timer);
      removeEventListener('pagehide', read);
    };
  }, []);
  return core.name === 'ferroquery'
    ? { ferroquery: run, 'query-core': other }
    : { ferroquery: other, 'query-core': run };
}
