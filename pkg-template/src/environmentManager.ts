import { shared } from './copies';
import { isServer } from './isServer';

function createEnvironmentManager() {
  let decide: () => boolean = () => isServer;
  return {
    isServer: (): boolean => decide(),
    setIsServer(isServerValue: () => boolean): void {
      decide = isServerValue;
    },
  };
}

/** Tells, at every moment it is asked, whether the code runs on a server: no timers, no automatic retries there. */
export const environmentManager = shared('environmentManager', createEnvironmentManager);

/** As the engine is told. What a spy puts in the manager's place doesn't count, as in query-core; what `setIsServer` sets does. */
export const { isServer: runsOnServer } = environmentManager;
