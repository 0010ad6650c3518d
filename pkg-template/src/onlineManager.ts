import { shared } from './copies';
import { ManagedEvents } from './managedEvents';

type SetOnline = (online: boolean) => void;

/** Knows whether there is a network: yes until an event says otherwise, because `navigator.onLine` can't be trusted. */
export class OnlineManager extends ManagedEvents<SetOnline> {
  #online = true;

  constructor() {
    super((set) => {
      if (typeof window === 'undefined' || !window.addEventListener) {
        return;
      }
      const online = () => set(true);
      const offline = () => set(false);
      window.addEventListener('online', online, false);
      window.addEventListener('offline', offline, false);
      return () => {
        window.removeEventListener('online', online);
        window.removeEventListener('offline', offline);
      };
    });
  }

  setOnline(online: boolean): void {
    if (this.#online !== online) {
      this.#online = online;
      this.tell(online);
    }
  }

  isOnline(): boolean {
    return this.#online;
  }

  protected setter(): SetOnline {
    return (online) => this.setOnline(online);
  }
}

export const onlineManager = shared('onlineManager', () => new OnlineManager());
