import { defineConfig } from 'vitest/config';

/** The package as people install it. Installs, builds and browsers want the machine for themselves. */
export default defineConfig({
  test: {
    name: 'packaging',
    root: import.meta.dirname,
    include: ['*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 240_000,
  },
});
