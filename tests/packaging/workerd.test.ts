import { expect, it } from 'vitest';
import { countWasm } from './consumer.js';
import { Project } from './project.js';

it('workerd, which compiles no wasm from bytes, gets the engine as a module', () => {
  const project = Project.open('edge');
  const answer = project.run('node', ['run.js']);
  expect(JSON.parse(answer)).toEqual({ data: 'Cloudflare-Workers', seen: [[['agent'], 'Cloudflare-Workers']] });
  expect(countWasm(project.files('dist'))).toEqual({ raw: 1, text: 0 });
});
