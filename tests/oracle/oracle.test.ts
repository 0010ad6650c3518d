import { test } from 'vitest';
import { scenarios } from './random/scenarios.js';
import { expectSame, runsOf } from './search.js';

const runs = runsOf(5000);

test(`${runs} random scenarios show the same on both cores`, () => expectSame(scenarios, runs));
