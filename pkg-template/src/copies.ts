import { version } from '../package.json';
import { isServer } from './isServer';

/** Raised when a manager's methods change: copies of another number can't share theirs. */
const MANAGERS = 1;

/** What all copies of ferroquery in one realm know of each other. Later versions read it too, so that it can only grow. */
interface Copies {
  readonly managers: number;
  readonly shared: Record<string, unknown>;
  readonly versions: string[];
}

const copies = register();

/**
 * The one manager of this name that all copies of ferroquery on the page use: an application that sets its network, its
 * focus or its timers sets them for every copy, and a batch is one batch.
 */
export function shared<T>(name: string, make: () => T): T {
  if (copies.managers !== MANAGERS) {
    return make();
  }
  copies.shared[name] ??= make();
  return copies.shared[name] as T;
}

function register(): Copies {
  const realm = globalThis as { [key: symbol]: Copies | undefined };
  const key = Symbol.for('ferroquery.copies');
  const known = realm[key];
  if (!known) {
    const first: Copies = { managers: MANAGERS, shared: {}, versions: [version] };
    Object.defineProperty(realm, key, { value: first });
    return first;
  }
  known.versions.push(version);
  // Servers keep several copies by design (a bundle for each route, or for each layer); each works on its own.
  if (!isServer && known.versions.length === 2) {
    console.warn(text(known));
  }
  return known;
}

function text({ managers, versions }: Copies): string {
  const together =
    managers === MANAGERS
      ? 'They share the managers of focus, network, timers and notifications'
      : 'They are too different to share the managers of focus, network, timers and notifications';
  return (
    `ferroquery is on this page twice: ${versions.join(' and ')}. ${together}, but each has an engine of its own, and a client ` +
    'of one is no instance of the other’s QueryClient. `npm ls ferroquery @tanstack/query-core` shows who brings them: install ' +
    'one version (`npm dedupe`), name it once (an alias or an override, not both), and let the bundler keep one ' +
    '(`resolve.dedupe` in Vite). After a hot reload of ferroquery itself, reload the page.'
  );
}
