import { runsOnServer } from '../environmentManager';
import { focusManager } from '../focusManager';
import { onlineManager } from '../onlineManager';

/** The managers' words of this moment, as the engine takes them. */
export function environment(): number {
  return (focusManager.isFocused() ? 1 : 0) | (onlineManager.isOnline() ? 2 : 0) | (runsOnServer() ? 4 : 0);
}
