import { type QueryClient, QueryObserver, timeoutManager } from 'bench-subject';
import type { Case } from '../case';
import { newClient, STALE_TIME } from '../client';
import { now } from '../clock';
import { dashboardKeys, figures } from '../keys';

const OBSERVERS = 10_000;

/** Mounts one observer on each of 10,000 empty keys; resolves when every listener has seen its success. */
async function mountAll(client: QueryClient, keys: ReturnType<typeof dashboardKeys>): Promise<(() => void)[]> {
  const unsubscribes = new Array<() => void>(OBSERVERS);
  const queryFn = async () => figures(0);
  await new Promise<void>((resolve, reject) => {
    let pending = OBSERVERS;
    for (let i = 0; i < OBSERVERS; i++) {
      const observer = new QueryObserver(client, { queryKey: keys[i]!, queryFn, staleTime: STALE_TIME });
      let delivered = false;
      unsubscribes[i] = observer.subscribe((result) => {
        if (result.isError) reject(result.error);
        if (delivered || !result.isSuccess) return;
        delivered = true;
        if (--pending === 0) resolve();
      });
    }
  });
  return unsubscribes;
}

function unmountAll(unsubscribes: (() => void)[]): void {
  for (const unsubscribe of unsubscribes) unsubscribe();
}

const mount: Case = {
  kind: 'paired',
  rows: [
    { id: 'mount_10k', what: 'mounting 10,000 observers through their fetches', unit: 'ms' },
    { id: 'unmount_10k', what: 'unmounting these', unit: 'ms' },
  ],
  setup() {
    return {
      async batch() {
        const client = newClient();
        client.mount();
        const keys = dashboardKeys(OBSERVERS);
        const start = now();
        const unsubscribes = await mountAll(client, keys);
        const mounted = now();
        unmountAll(unsubscribes);
        const unmounted = now();
        client.clear();
        client.unmount();
        return { mount_10k: mounted - start, unmount_10k: unmounted - mounted };
      },
    };
  },
};

const timers: Case = {
  kind: 'solo',
  rows: [
    { id: 'timers_mount_10k', what: 'host timers set while 10,000 observers mount and fetch', unit: 'timers' },
    { id: 'timers_unmount_10k', what: 'host timers set while these unmount', unit: 'timers' },
  ],
  repeats: 1,
  async measure() {
    let set = 0;
    timeoutManager.setTimeoutProvider<number>({
      setTimeout(callback, delay) {
        set++;
        return setTimeout(callback, delay) as unknown as number;
      },
      clearTimeout: (id) => clearTimeout(id),
      setInterval(callback, delay) {
        set++;
        return setInterval(callback, delay) as unknown as number;
      },
      clearInterval: (id) => clearInterval(id),
    });
    const client = newClient();
    client.mount();
    const unsubscribes = await mountAll(client, dashboardKeys(OBSERVERS));
    const mounted = set;
    unmountAll(unsubscribes);
    const unmounted = set - mounted;
    client.clear();
    client.unmount();
    return { timers_mount_10k: mounted, timers_unmount_10k: unmounted };
  },
};

export const mounting: Case[] = [mount, timers];
