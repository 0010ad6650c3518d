import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Adapter, onOurs, onQueryCore } from './adapter.js';
import { type Scene, type Step, scenes } from './random/scenes.js';
import { fetchersOf, viewOf } from './random/views.js';
import { play, type Stage } from './stage.js';

const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const seed = number('REACT_SEED', 1);
const numRuns = number('REACT_RUNS', 60);

/** Mounts the views of a scene and takes its steps. */
async function perform(stage: Stage, { fetchers: plans, views, steps }: Scene): Promise<void> {
  const fetchers = fetchersOf(stage, plans);
  // Each view has a place; another one in that place may be the same component with other options.
  const places = views.map((view) => view as (typeof views)[number] | undefined);
  const show = () => stage.show(places.map((view, at) => view && viewOf(stage, fetchers, view, `view ${at}`)));
  const { adapter } = stage;
  const client = stage.client as any;

  const take = (step: Step): Promise<void> | undefined => {
    switch (step.does) {
      case 'wait':
        return stage.wait(step.ms);
      case 'show':
        places[step.at] = step.view;
        return show();
      case 'hide':
        places[step.at] = undefined;
        return show();
      case 'render':
        return show();
      case 'click': {
        const buttons = [...document.querySelectorAll<HTMLElement>('button')];
        return buttons.length > 0 ? stage.act(() => buttons[step.button % buttons.length]!.click()) : undefined;
      }
      case 'refetch':
        return stage.act(() => void client.refetchQueries({ type: 'all' }));
      case 'focus':
        return stage.act(() => {
          adapter.focusManager.setFocused(false);
          adapter.focusManager.setFocused(true);
        });
      case 'network':
        return stage.act(() => adapter.onlineManager.setOnline(!adapter.onlineManager.isOnline()));
      case 'invalidate':
        return stage.act(() => void client.invalidateQueries(step.key && { queryKey: [step.key] }));
      case 'set':
        return stage.act(() => client.setQueryData([step.key], (data: any) => ({ ...data, call: 'set', list: [9] })));
      case 'reset':
        return stage.act(() => void client.resetQueries({ queryKey: [step.key] }));
      case 'remove':
        return stage.act(() => client.removeQueries({ queryKey: [step.key] }));
      case 'cancel':
        return stage.act(() => void client.cancelQueries({ queryKey: [step.key] }));
      case 'prefetch':
        return stage.act(() => void client.prefetchQuery({ queryKey: [step.key], queryFn: fetchers[step.key] }));
    }
  };

  await show();
  for (const step of steps) await take(step);
  adapter.onlineManager.setOnline(true);
  await stage.wait(200);
}

async function frames(adapter: Adapter, scene: Scene): Promise<string[]> {
  try {
    return await play(adapter, (stage) => perform(stage, scene), scene.strict);
  } finally {
    adapter.onlineManager.setOnline(true);
    adapter.focusManager.setFocused(undefined);
  }
}

test('random pages show and render the same on both cores', async () => {
  await fc.assert(
    fc.asyncProperty(scenes, async (scene) => {
      expect(await frames(onOurs, scene)).toEqual(await frames(onQueryCore, scene));
    }),
    { seed, numRuns },
  );
}, 600_000);
