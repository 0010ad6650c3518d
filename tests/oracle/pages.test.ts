import { test } from 'vitest';
import { scenarios } from './random/pages.js';
import { expectSame, runsOf } from './search.js';

const runs = runsOf(1000);

test(`${runs} random scenarios of pages, streams and persisters show the same on both cores`, () =>
  expectSame(scenarios, runs));
