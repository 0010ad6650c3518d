import { expect, test } from 'vitest';
import { onOurs, onQueryCore } from './adapter.js';
import { play, type Stage } from './stage.js';

/** Plays the scene on both cores: pages, renders and complaints must be equal after every act. */
export function same(name: string, scene: (stage: Stage) => Promise<void>): void {
  for (const strict of [false, true]) {
    test(strict ? `${name}, in strict mode` : name, async () => {
      const expected = await play(onQueryCore, scene, strict);
      expect(await play(onOurs, scene, strict)).toEqual(expected);
      expect(expected.length).toBeGreaterThan(2);
    });
  }
}
