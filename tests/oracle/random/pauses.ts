import type { Scenario } from '../scenario.js';
import { Marker } from '../script/markers.js';
import { Step } from '../script/step.js';

/**
 * Fake timers put off a timer without delay that is set while one fires, and one set a microtask later they don't. What is
 * scheduled doesn't run in a timer, so that no scenario hangs on that.
 */
export function withoutTimersInTimers({ setup, steps }: Scenario): Scenario {
  const schedules = setup.scheduler === 'timeout' && JSON.stringify(steps).includes('"op":"schedule"');
  return { setup: schedules ? { ...setup, scheduler: 'microtask' } : setup, steps };
}

/** A scenario that comes to an end: where something may be tried for ever, each try waits a moment first. */
export function withPauses(scenario: Scenario): Scenario {
  const parts = [scenario.setup.defaults, ...scenario.steps];
  if (!parts.some((part) => any(part, (name, value) => name === 'retry' && isEndless(value)))) return scenario;
  const { defaults } = scenario.setup;
  return {
    setup: defaults ? { ...scenario.setup, defaults: paused(defaults) as typeof defaults } : scenario.setup,
    steps: scenario.steps.map((step) => paused(step) as Step),
  };
}

function isEndless(value: unknown): boolean {
  return value === true || (value instanceof Marker && (value.args[0] as unknown[]).includes(true));
}

function any(value: unknown, test: (name: string, value: unknown) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, field]) => test(name, field) || any(field, test));
}

function paused(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(paused);
  if (value instanceof Step) return new Step(value.op, paused(value.args) as unknown[]);
  if (value instanceof Marker) return new Marker(value.marker, paused(value.args) as unknown[]);
  const fields = Object.entries(value).map(([name, field]) => [
    name,
    name === 'retryDelay' && field === 0 ? 10 : paused(field),
  ]);
  return Object.fromEntries(fields);
}
