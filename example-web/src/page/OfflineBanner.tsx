import { IconWifiOff } from '@tabler/icons-react';
import { useSyncExternalStore } from 'react';
import { onlineManager } from '../core';
import classes from './OfflineBanner.module.css';

const subscribe = (listener: () => void) => onlineManager.subscribe(listener);
const isOnline = () => onlineManager.isOnline();

/** Lies over the page's edge instead of pushing it down. */
export function OfflineBanner() {
  const online = useSyncExternalStore(subscribe, isOnline);
  return (
    <div role="status" className={classes.place}>
      {!online && (
        <div className={classes.banner}>
          <IconWifiOff size={16} aria-hidden />
          You are offline. This is the last known state; it will be brought up to date by itself.
        </div>
      )}
    </div>
  );
}
