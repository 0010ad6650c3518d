// @vitest-environment jsdom
import { describe, vi } from 'vitest';
import { beside, later, wait } from './beside.js';

describe('notifyManager', () => {
  beside('batches, nested and after an error', async ({ notifyManager }, log) => {
    log(notifyManager.batch(() => 'returned'));
    notifyManager.batch(() => {
      notifyManager.schedule(() => log('first'));
      notifyManager.batch(() => notifyManager.schedule(() => log('second')));
      log('inner batch over');
    });
    log('outer batch over');
    await wait(0);
    try {
      notifyManager.batch(() => {
        notifyManager.schedule(() => log('scheduled before the error'));
        throw new Error('in a batch');
      });
    } catch (error) {
      log(error);
    }
    await wait(0);
    notifyManager.batchCalls((...values: unknown[]) => log('called', ...values))(1, 2);
    await wait(0);
  });

  beside('with functions of the application', async ({ QueryClient, QueryObserver, notifyManager, ...core }, log) => {
    const client = new QueryClient();
    const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: later(1) });
    const stop = observer.subscribe(({ data, fetchStatus }) => log(data, fetchStatus));
    notifyManager.setNotifyFunction((callback) => {
      log('notify');
      callback();
    });
    notifyManager.setBatchNotifyFunction((callback) => {
      log('batch');
      callback();
    });
    notifyManager.setScheduler((callback) => {
      log('schedule');
      setTimeout(callback, 10);
    });
    try {
      await wait(30);
      client.setQueryData(['a'], 2);
      notifyManager.batch(() => {
        client.setQueryData(['a'], 3);
        void client.invalidateQueries();
      });
      await wait(30);
    } finally {
      notifyManager.setNotifyFunction((callback) => callback());
      notifyManager.setBatchNotifyFunction((callback) => callback());
      notifyManager.setScheduler(core.defaultScheduler);
      stop();
    }
  });
});

describe.each(['focusManager', 'onlineManager'] as const)('%s', (name) => {
  const managerOf = (core: Parameters<Parameters<typeof beside>[1]>[0]): any => new (core[name] as any).constructor();
  const ask = (manager: any) => (name === 'focusManager' ? manager.isFocused() : manager.isOnline());
  const tell = (manager: any, value: any) =>
    name === 'focusManager' ? manager.setFocused(value) : manager.setOnline(value);

  beside(`${name} tells changes alone`, (core, log) => {
    const manager = managerOf(core);
    log(ask(manager), manager.hasListeners());
    const stop = manager.subscribe((value: unknown) => log('told', value));
    for (const value of [true, true, false, false, true]) {
      tell(manager, value);
      log(ask(manager));
    }
    stop();
    log(manager.hasListeners());
  });

  beside(`${name} takes another source of events`, (core, log) => {
    const manager = managerOf(core);
    const stop = manager.subscribe((value: unknown) => log('told', value));
    let set!: (value?: boolean) => void;
    const source = (label: string) => (setter: typeof set) => {
      set = setter;
      return () => log('leaves', label);
    };
    manager.setEventListener(source('first'));
    set(false);
    set(true);
    manager.setEventListener(source('second'));
    set(false);
    log(ask(manager));
    stop();
    log('nobody listens');
    manager.subscribe(() => {})();
  });

  beside(`${name} listens to the window while somebody listens to it`, (core, log) => {
    const added = vi.spyOn(window, 'addEventListener').mockImplementation((type) => log('add', type));
    const removed = vi.spyOn(window, 'removeEventListener').mockImplementation((type) => log('remove', type));
    try {
      const manager = managerOf(core);
      const stops = [manager.subscribe(() => {}), manager.subscribe(() => {})];
      for (const stop of stops) stop();
      log('again');
      manager.subscribe(() => {})();
    } finally {
      added.mockRestore();
      removed.mockRestore();
    }
  });
});

beside('events of the window refetch', async ({ QueryClient, QueryObserver, focusManager, onlineManager }, log) => {
  const client = new QueryClient();
  client.mount();
  let calls = 0;
  const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: async () => ++calls });
  const stop = observer.subscribe(() => {});
  const show = async (visibility: string) => {
    Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
    window.dispatchEvent(new Event('visibilitychange'));
    await wait(1);
    log(visibility, focusManager.isFocused(), calls);
  };
  for (const visibility of ['visible', 'hidden', 'hidden', 'visible']) await show(visibility);
  for (const event of ['focus', 'offline', 'online']) {
    window.dispatchEvent(new Event(event));
    await wait(1);
    log(event, onlineManager.isOnline(), calls);
  }
  client.unmount();
  await show('visible');
  stop();
});
