import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const root = join(here, '..', '..', '..');

declare global {
  /** In the pages. */
  const kit: typeof import('./page.tsx');
}

/** Serves an empty page and, beside it, the built package with what the tests do in pages, as the global `kit`. */
export class Site implements AsyncDisposable {
  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  static async open(): Promise<Site> {
    const core = join(root, 'pkg', 'dist', 'index.js');
    const { outputFiles } = await build({
      entryPoints: [join(here, 'page.tsx')],
      bundle: true,
      format: 'iife',
      globalName: 'kit',
      write: false,
      jsx: 'automatic',
      target: 'es2022',
      define: { 'process.env.NODE_ENV': '"production"' },
      alias: { ferroquery: core, '@tanstack/query-core': core },
    });
    const script = outputFiles[0]!.contents;
    const server = createServer(async (request, response) => {
      const name = basename(new URL(request.url!, 'http://loopback').pathname);
      if (name === 'page.js') {
        response.setHeader('content-type', 'text/javascript').end(script);
      } else if (name === 'favicon.ico') {
        response.writeHead(404).end();
      } else {
        response
          .setHeader('content-type', 'text/html')
          .end('<!doctype html><title>store</title><main></main><script src="/page.js"></script>');
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Site(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
