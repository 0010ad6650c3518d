import { environmentManager } from 'ferroquery';
import { afterAll, beforeAll } from 'vitest';

/** In Node the package takes itself for a server and sets no timers: the tests of a file behave as a page instead. */
export function behaveAsPage(): void {
  beforeAll(() => environmentManager.setIsServer(() => false));
  afterAll(() => environmentManager.setIsServer(() => true));
}
