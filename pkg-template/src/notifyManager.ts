import { shared } from './copies';

type Callback = () => void;
type Schedule = (callback: Callback) => void;

/** After the current work, and after microtasks, by the host's own timer whatever the timeout manager says. */
export const defaultScheduler: Schedule = (callback) => {
  setTimeout(callback, 0);
};

/** Collects callbacks while a batch runs and hands them to the scheduler together when the outermost one ends. */
export function createNotifyManager() {
  let depth = 0;
  let queue: Callback[] = [];
  let notify: (callback: Callback) => void = (callback) => callback();
  let batchNotify: (callback: Callback) => void = (callback) => callback();
  let scheduler: Schedule = defaultScheduler;

  const flush = () => {
    const callbacks = queue;
    queue = [];
    scheduler(() => {
      batchNotify(() => {
        for (const callback of callbacks) {
          notify(callback);
        }
      });
    });
  };

  const schedule = (callback: Callback): void => {
    if (depth > 0) {
      queue.push(callback);
    } else {
      scheduler(() => notify(callback));
    }
  };

  return {
    batch: <T>(callback: () => T): T => {
      depth++;
      try {
        return callback();
      } finally {
        depth--;
        if (depth === 0 && queue.length > 0) {
          flush();
        }
      }
    },
    batchCalls:
      <T extends unknown[]>(callback: (...args: T) => void) =>
      (...args: T): void =>
        schedule(() => callback(...args)),
    schedule,
    /** How each callback is called (React's `act`, a test's spy). */
    setNotifyFunction: (fn: (callback: Callback) => void): void => {
      notify = fn;
    },
    /** How a whole batch is called (older React's batched updates). */
    setBatchNotifyFunction: (fn: (callback: Callback) => void): void => {
      batchNotify = fn;
    },
    /** When a batch is called. */
    setScheduler: (fn: Schedule): void => {
      scheduler = fn;
    },
  } as const;
}

export const notifyManager = shared('notifyManager', createNotifyManager);
