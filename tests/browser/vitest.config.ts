import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    environment: 'node',
    // One browser and one server at a time: the tests measure how long things take.
    fileParallelism: false,
    testTimeout: 45_000,
    hookTimeout: 45_000,
  },
});
