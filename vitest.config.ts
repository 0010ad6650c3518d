import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const alias = [
  // The package as it is built by `npm run build`.
  { find: /^ferroquery$/, replacement: at('pkg/dist/index.js') },
  { find: /^ferroquery\/slim$/, replacement: at('pkg/dist/slim.js') },
  { find: /^ferroquery\/live-react$/, replacement: at('pkg/dist/live-react.js') },
  // For tests of a single module in pkg-template/src.
  { find: /^#glue$/, replacement: at('target/glue/factory.js') },
  { find: /^#wasm$/, replacement: at('target/glue/wasm.js') },
];

/** All that runs under Node. The browser's tests stand apart: they want the machine for themselves. */
export default defineConfig({
  test: {
    projects: [
      'tests/oracle/vitest.config.ts',
      'tests/react/vitest.config.ts',
      {
        resolve: { alias },
        test: {
          name: 'package',
          include: ['tests/package/**/*.test.ts'],
          pool: 'forks',
          // Leak tests collect garbage when they want it.
          execArgv: ['--expose-gc'],
          testTimeout: 20_000,
        },
      },
    ],
  },
});
