import { watchWasm } from './memory';

// A module of its own: imports are evaluated in order, and this must come before the library.
watchWasm();
