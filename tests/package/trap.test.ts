import { describe, it } from 'vitest';

// The package doesn't replace an engine that has trapped yet: after a trap each call of its client throws. Until then there is
// nothing here that could pass.
describe('a trap in the engine', () => {
  it.todo('is reported once, as an EngineTrapError on the console');
  it.todo('keeps the data of every cache, marked as invalidated');
  it.todo('aborts the fetches that were in flight, and mounted observers fetch again');
  it.todo('keeps Query objects, observers, their listeners and the rules');
  it.todo('leaves no reference to the broken memory behind');
});
