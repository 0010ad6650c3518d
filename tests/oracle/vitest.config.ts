import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const ours = fileURLToPath(new URL('../../pkg/dist/index.js', import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  cacheDir: fileURLToPath(new URL('../../node_modules/.vite/oracle', import.meta.url)),
  resolve: { alias: { ferroquery: ours } },
  test: { name: 'oracle', include: ['*.test.ts', 'known/*.test.ts'], testTimeout: 3_600_000 },
});
