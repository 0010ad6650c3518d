import { SegmentedControl, Switch } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import { TIMEFRAMES, type Timeframe } from '../api/types';
import { dashboardQuery, seriesQuery } from '../cache/queries';
import { useQueryClient } from '../core';
import { useSettings } from '../settings';
import { CompleteRun } from './CompleteRun';
import { SpendCredits } from './SpendCredits';
import classes from './Toolbar.module.css';

const days: Record<Timeframe, string> = { '7d': '7 days', '30d': '30 days', '90d': '90 days' };

export function Toolbar() {
  const { skipCache, set } = useSettings();
  return (
    <div className={classes.toolbar}>
      <div>
        <h1 className={classes.title}>Overview</h1>
        <p className={classes.note}>How the workspace is doing, as it happens</p>
      </div>
      <div className={classes.controls}>
        <Switch
          className={classes.skip}
          label="Skip cache"
          checked={skipCache}
          onChange={(event) => set({ skipCache: event.currentTarget.checked })}
        />
        <TimeframeSwitch />
        <SpendCredits />
        <CompleteRun />
      </div>
    </div>
  );
}

/** Whoever points at a timeframe will probably press it, so its data is fetched at that moment. */
function TimeframeSwitch() {
  const { workspaceId, timeframe, skipCache, set } = useSettings();
  const client = useQueryClient();

  const prefetch = useCallback(
    (wanted: Timeframe) => {
      // An answer that may not be used is not worth a request.
      if (skipCache) return;
      const scope = { workspaceId, timeframe: wanted };
      void client.prefetchQuery(dashboardQuery(scope));
      void client.prefetchQuery(seriesQuery(scope));
    },
    [client, workspaceId, skipCache],
  );

  const data = useMemo(
    () =>
      TIMEFRAMES.map((value) => ({
        value,
        label: (
          <span className={classes.timeframe} data-timeframe={value} onPointerEnter={() => prefetch(value)}>
            <span aria-hidden>{value}</span>
            <span className={classes.hidden}>{days[value]}</span>
          </span>
        ),
      })),
    [prefetch],
  );

  return (
    <SegmentedControl
      classNames={{ label: classes.segment }}
      aria-label="Timeframe"
      data={data}
      value={timeframe}
      onChange={(value) => set({ timeframe: value })}
      // With the keyboard, the neighbours are one arrow key away.
      onFocus={(event) => {
        if (event.target.matches(':focus-visible')) for (const value of TIMEFRAMES) prefetch(value);
      }}
    />
  );
}
