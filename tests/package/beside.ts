import * as judge from '@tanstack/query-core';
import * as ours from 'ferroquery';
import { expect, it, vi } from 'vitest';

/** What both packages export. */
export type Core = typeof judge;
/** Writes down what a scenario sees: values only, so that two runs can be compared. */
export type Log = (...values: unknown[]) => void;

const START = Date.UTC(2025, 0, 1);

/** Lets `ms` of the fake clock pass. */
export async function wait(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** A query function that answers `value` after `ms`; an Error is thrown. */
export function later<T>(value: T, ms = 5): () => Promise<T> {
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (value instanceof Error) throw value;
    return value;
  };
}

/** Plays a scenario on one core, under a fake clock; each call of `log` is a line. */
export async function play(core: Core, scenario: (core: Core, log: Log) => unknown): Promise<string[]> {
  const lines: string[] = [];
  const log: Log = (...values) => lines.push(values.map(print).join(' '));
  vi.useFakeTimers({ now: START });
  const complaints = (['warn', 'error'] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation((...values) => log(`console.${method}`, ...values)),
  );
  core.environmentManager.setIsServer(() => false);
  try {
    await scenario(core, log);
  } finally {
    vi.clearAllTimers();
    vi.useRealTimers();
    for (const complaint of complaints) complaint.mockRestore();
    core.onlineManager.setOnline(true);
    core.environmentManager.setIsServer(() => true);
  }
  return lines;
}

/** A test that a scenario shows the same on query-core and on ours. It has to show something. */
export function beside(name: string, scenario: (core: Core, log: Log) => unknown): void {
  it(name, async () => {
    const expected = await play(judge, scenario);
    expect(await play(ours as unknown as Core, scenario)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
  });
}

/** Values as text, with the names of objects sorted. */
function print(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'function') return 'function';
  if (value instanceof Error) return `${value.constructor.name}(${value.message})`;
  if (value instanceof Promise) return 'Promise';
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const names = Object.keys(value).sort();
    return `{ ${names.map((name) => `${name}: ${print(value[name as never])}`).join(', ')} }`;
  }
  return String(value);
}
