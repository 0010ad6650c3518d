import { join } from 'node:path';

// Not minimized: that takes most of the time, and other bundlers' tests do it.
const common = {
  mode: 'production',
  context: import.meta.dirname,
  target: 'node20',
  optimization: { minimize: false },
};
const output = (name, rest) => ({ clean: true, path: join(import.meta.dirname, 'dist', name), ...rest });

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
