import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const pkg = fileURLToPath(new URL('../pkg', import.meta.url));
const server = process.env.EXAMPLE_SERVER ?? 'http://127.0.0.1:4173';

/**
 * The policy of the built page. `wasm-unsafe-eval` is what the engine needs; Mantine writes its theme into a `<style>`.
 * Only built pages have it: the development server injects inline scripts.
 */
const contentSecurityPolicy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      injectTo: 'head-prepend',
      attrs: {
        'http-equiv': 'Content-Security-Policy',
        content: [
          "default-src 'self'",
          "script-src 'self' 'wasm-unsafe-eval'",
          "style-src 'self' 'unsafe-inline'",
          "img-src 'self' data:",
          "object-src 'none'",
          "base-uri 'none'",
        ].join('; '),
      },
    },
  ],
};

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), contentSecurityPolicy],
  resolve: {
    // An application has the package in node_modules and needs none of these.
    alias: [
      { find: /^ferroquery$/, replacement: pkg },
      { find: /^ferroquery\/react$/, replacement: `${pkg}/dist/react/index.js` },
      { find: /^ferroquery\/live-react$/, replacement: `${pkg}/dist/live-react.js` },
    ],
    dedupe: ['react', 'react-dom'],
  },
  server: {
    port: 5173,
    proxy: { '/api': server, '/inv': server },
  },
  build: {
    target: ['chrome91', 'firefox89', 'safari16.4'],
    outDir: 'dist',
    emptyOutDir: true,
    // The engine comes inline, as text, with its package.
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      // A new version of the page leaves the engine in the browser's cache, and the other way round. A group takes along
      // what it imports. What everything imports goes first, or the engine would come with it to pages on React Query.
      output: {
        codeSplitting: {
          groups: [
            { name: 'base', test: /node_modules[\\/](react|scheduler)|@oxc-project|preload-helper/, priority: 1 },
            { name: 'ferroquery', test: /[\\/]pkg[\\/]dist[\\/]/ },
          ],
        },
      },
    },
  },
});
