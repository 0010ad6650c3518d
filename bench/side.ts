import './watch';
import { environmentManager } from 'bench-subject';

// Without a window query-core takes itself for a server and sets no timers; both sides are measured as clients.
environmentManager.setIsServer(() => false);

export { cases } from './cases';
