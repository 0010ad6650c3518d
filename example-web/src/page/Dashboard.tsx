import { useEffect } from 'react';
import { meter } from '../costs/meter';
import { SettingsContext, useSettingsState } from '../settings';
import { ActivityFeed } from './ActivityFeed';
import { AgentsPanel } from './agents/AgentsPanel';
import { CachePanel } from './CachePanel';
import { CostPanel } from './CostPanel';
import classes from './Dashboard.module.css';
import { Header } from './Header';
import { Kpis } from './Kpis';
import { OfflineBanner } from './OfflineBanner';
import { SeriesPanel } from './SeriesPanel';
import { Toolbar } from './Toolbar';

export function Dashboard() {
  const settings = useSettingsState();
  const { pageSize, fetching } = settings;
  const { refetchInterval } = fetching;
  useEffect(() => meter.start({ pageSize, refetchInterval }), [pageSize, refetchInterval]);
  return (
    <SettingsContext value={settings}>
      <Header />
      <main className={classes.main}>
        <Toolbar />
        <Kpis />
        <div className={classes.grid}>
          <SeriesPanel />
          <ActivityFeed />
          <AgentsPanel />
          <CachePanel />
        </div>
        <div className={classes.below}>
          <CostPanel />
        </div>
      </main>
      <OfflineBanner />
    </SettingsContext>
  );
}
