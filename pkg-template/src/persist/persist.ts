import type { PersistOptions } from './options';
import { Persistence } from './persistence';

/**
 * Keeps the client's queries in a store, so that the next visit starts with their data: each is read when it is first wanted,
 * and written when it has changed and the page is idle. Throws a TypeError that names a wrong option.
 */
export function persist(options: PersistOptions): Persistence {
  return new Persistence(options);
}
