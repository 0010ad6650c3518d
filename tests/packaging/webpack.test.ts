import { beforeAll, describe, expect, it } from 'vitest';
import { countWasm } from './consumer.js';
import { Project } from './project.js';

let project: Project;
beforeAll(() => {
  project = Project.open('webpack');
  project.run('webpack', []);
});

describe('webpack', () => {
  it('bundles the package with the React adapter, and one engine inside', () => {
    expect(countWasm(project.files('dist/inline'))).toEqual({ raw: 0, text: 1 });
    expect(project.run('node', ['dist/inline/main.cjs']).trim()).toBe('<p>Hello</p>');
  });

  it('bundles the slim entry with the engine as one file beside it', () => {
    expect(countWasm(project.files('dist/slim'))).toEqual({ raw: 1, text: 0 });
    expect(project.run('node', ['dist/slim/main.mjs']).trim()).toBe('Hello');
  });
});
