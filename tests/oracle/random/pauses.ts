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

/** No pending mutation is overdue a thousand times as long as it may stay: differences.md, 11. */
export function withFewLooks({ setup, steps }: Scenario): Scenario {
  const passed = steps.reduce((sum, { op, args }) => sum + (op === 'advance' ? (args[0] as number) : 0), 0);
  const enough = (ms: number): number => (ms * 1000 > passed ? ms : enough(ms * 10));
  return { setup, steps: steps.map((step) => replaced(step, 'gcTime', (ms) => enough(ms as number)) as Step) };
}

function isEndless(value: unknown): boolean {
  return value === true || (value instanceof Marker && (value.args[0] as unknown[]).includes(true));
}

function any(value: unknown, test: (name: string, value: unknown) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, field]) => test(name, field) || any(field, test));
}

const paused = (value: unknown): unknown =>
  replaced(value, 'retryDelay', (delay) => (delay === 0 ? 10 : paused(delay)));

/** The same value with each field of this name replaced. */
function replaced(value: unknown, field: string, by: (value: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const inner = (part: unknown) => replaced(part, field, by);
  if (Array.isArray(value)) return value.map(inner);
  if (value instanceof Step) return new Step(value.op, inner(value.args) as unknown[]);
  if (value instanceof Marker) return new Marker(value.marker, inner(value.args) as unknown[]);
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, name === field ? by(part) : inner(part)]),
  );
}
