import { SettingsContext, useSettingsState } from '../settings';
import { ActivityFeed } from './ActivityFeed';
import { AgentsPanel } from './agents/AgentsPanel';
import { CachePanel } from './CachePanel';
import classes from './Dashboard.module.css';
import { Header } from './Header';
import { Kpis } from './Kpis';
import { OfflineBanner } from './OfflineBanner';
import { SeriesPanel } from './SeriesPanel';
import { Toolbar } from './Toolbar';

export function Dashboard() {
  const settings = useSettingsState();
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
      </main>
      <OfflineBanner />
    </SettingsContext>
  );
}
