import { join } from 'node:path';

const common = { mode: 'production', context: import.meta.dirname, target: 'node20' };
const output = (name, rest) => ({ path: join(import.meta.dirname, 'dist', name), ...rest });

/** With the engine inside, and with the engine as a file. */
export default [
  { ...common, entry: './src/inline.js', output: output('inline', { filename: 'main.cjs' }) },
  {
    ...common,
    entry: './src/slim.js',
    experiments: { outputModule: true },
    output: output('slim', { filename: 'main.mjs', module: true, publicPath: '' }),
  },
];
