import { test } from 'vitest';
import { listScenarios } from './random/lists.js';
import { expectSame, runsOf } from './search.js';

const runs = runsOf(500);

test(`${runs} random scenarios of lists and hydration show the same on both cores`, () =>
  expectSame(listScenarios, runs));
