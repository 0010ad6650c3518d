import { QueryClient } from 'ferroquery';
import { describe, expect, it } from 'vitest';
import { clientOf, MB, rows } from './boundedClient.js';
import { behaveAsPage } from './browserLike.js';

behaveAsPage();

describe('the estimate', () => {
  const collect = globalThis.gc!;

  it.each([
    ['rows', JSON.stringify(rows(300))],
    ['pairs of numbers', JSON.stringify(Array.from({ length: 2_000 }, (_, i) => [1_700_000_000 + i, i / 7]))],
    ['a wide object', JSON.stringify(Object.fromEntries(rows(400).map((row) => [row.name, row])))],
    ['texts', JSON.stringify(Array.from({ length: 300 }, (_, i) => ({ title: `no ${i}`, text: 'x'.repeat(i) })))],
  ])('of %s is near to what the heap says', (_, text) => {
    const copies = 40;
    const held: unknown[] = new Array(copies).fill(0);
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < copies; i++) held[i] = JSON.parse(text);
    collect();
    const heap = (process.memoryUsage().heapUsed - before) / copies;
    const client = clientOf({});
    held.forEach((value, i) => {
      client.setQueryData([i], value);
    });
    const ratio = client.stats().memory.hotBytes / copies / heap;
    expect(ratio).toBeGreaterThan(0.65);
    expect(ratio).toBeLessThan(1.6);
  });
});

describe('options', () => {
  it.each([
    [null, 'memory is null: give an object'],
    [5, 'memory is 5: give an object'],
    [{}, 'memory.maxBytes is undefined: give a number of bytes'],
    [{ maxBytes: 0 }, 'memory.maxBytes is 0'],
    [{ maxBytes: Number.NaN }, 'memory.maxBytes is NaN'],
    [{ maxBytes: '50MB' }, 'memory.maxBytes is "50MB"'],
    [{ maxBytes: MB, coldAfter: -1 }, 'memory.coldAfter is -1: give milliseconds'],
    [{ maxBytes: MB, coldAfter: Number.NaN }, 'memory.coldAfter is NaN'],
    [{ maxBytes: MB, largestShare: 25 }, 'memory.largestShare is 25'],
    [{ maxBytes: MB, coldFrom: -1 }, 'memory.coldFrom is -1'],
  ])('that are wrong are named: %j', (memory, message) => {
    expect(() => new QueryClient({ memory: memory as never })).toThrow(message);
    expect(() => new QueryClient({ memory: memory as never })).toThrow(TypeError);
  });
});
