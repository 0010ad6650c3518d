import { svelte } from '@sveltejs/vite-plugin-svelte';
import react from '@vitejs/plugin-react';
import vue from '@vitejs/plugin-vue';
import ferroquery from 'ferroquery/vite';
import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';

const frameworks = ['react', 'vue', 'solid', 'svelte', 'preact', 'lit', 'angular'];
const server = {
  react: 'src/react/server.tsx',
  vue: 'src/vue/server.ts',
  solid: 'src/solid/server.tsx',
  svelte: 'src/svelte/server.ts',
};

/** The adapters under their official names, on query-core. */
const queryCore = {
  plugins: [],
  pages: [...frameworks, 'around'],
  alias: frameworks.map((name) => ({
    find: `ferroquery/${name}`,
    replacement: name === 'angular' ? '@tanstack/angular-query-experimental' : `@tanstack/${name}-query`,
  })),
};
/** The same, one line more: on ferroquery. */
const official = { ...queryCore, plugins: [ferroquery()] };
/** The adapters that ferroquery brings along, no aliases. */
const bundled = { plugins: [], pages: frameworks, alias: [] };

/** What comes along, with the engine as a file. */
const file = { plugins: [ferroquery({ engine: 'file' })], pages: ['file'], alias: [] };
/** What is around the official adapter, led to the one that comes along. */
const led = {
  plugins: [ferroquery()],
  pages: ['around'],
  alias: [{ find: /^@tanstack\/react-query$/, replacement: 'ferroquery/react' }],
};

/** The count of src/api.ts, for the dev server. */
const api = {
  name: 'api',
  configureServer({ middlewares }) {
    let count = 0;
    let reads = 0;
    middlewares.use('/api/count', ({ method }, response) => {
      if (method === 'POST') count += 1;
      else reads += 1;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ count, reads }));
    });
  },
};

const modes = { bundled, official, file, led, 'query-core': queryCore };

export default defineConfig(({ mode, isSsrBuild }) => {
  const { plugins, pages, alias } = modes[mode];
  return {
    plugins: [
      ...plugins,
      api,
      react({ include: /src\/(react|around|file)\// }),
      vue(),
      solid({ include: /src\/solid\//, ssr: true }),
      svelte({ configFile: false }),
    ],
    resolve: { alias },
    build: {
      outDir: `dist/${mode}/${isSsrBuild ? 'server' : 'client'}`,
      reportCompressedSize: false,
      rolldownOptions: { input: isSsrBuild ? server : pages.map((name) => `${name}.html`) },
    },
  };
});
