import { beforeAll, describe, expect, it } from 'vitest';
import { Project } from './project.js';

let project: Project;
beforeAll(() => {
  project = Project.open('runners');
});

describe('components on ferroquery are tested in jsdom', () => {
  it('by Vitest', () => {
    expect(project.run('vitest', ['run'])).toMatch(/Tests\s+1 passed/);
  });

  it('by Jest, which hides the TextDecoder of Node', () => {
    expect(project.run('jest', [])).toMatch(/Tests:\s+1 passed/);
  });
});
