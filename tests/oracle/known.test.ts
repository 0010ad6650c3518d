import { expect, test } from 'vitest';
import { difference } from './difference.js';
import { report } from './report.js';
import { run } from './scenario.js';
import { fetcher, fn } from './script/markers.js';
import { advance, client, observer } from './script/steps.js';
import type { Step } from './script/step.js';
import { judge, loadOurs } from './world/core.js';
import { SETUP, type Setup } from './world/setup.js';

const ours = await loadOurs();
function same(name: string, steps: Step[], setup: Partial<Setup> = {}) {
  test(name, async () => {
    const scenario = { setup: { ...SETUP, ...setup }, steps };
    if (process.env['ORACLE_SHOW']) console.log((await run(judge, scenario)).join('\n'));
    const found = await difference(ours, scenario);
    expect(found && report(found)).toBeUndefined();
  });
}

same('mount, fetch, success', [
  observer.create(0, { queryKey: ['a'], queryFn: fetcher({ delay: 7 }), staleTime: fn([100]), enabled: fn([true]) }),
  observer.subscribe(0),
  advance(10),
  client.invalidateQueries({ queryKey: ['a'] }),
  advance(10),
  observer.unsubscribe(0),
  advance(400_000),
]);
