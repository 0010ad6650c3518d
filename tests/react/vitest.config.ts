import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { twoCores } from './two-cores.js';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  cacheDir: fileURLToPath(new URL('../../node_modules/.vite/react', import.meta.url)),
  plugins: [twoCores()],
  test: {
    name: 'react',
    environment: 'jsdom',
    include: ['*.test.tsx'],
    // Only modules that Vite itself loads can be given another core.
    server: {
      deps: { inline: [/@tanstack\/(react-query|query-core|query-persist-client-core|query-async-storage-persister)/] },
    },
  },
});
