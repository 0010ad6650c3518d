import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};

interface Rendered {
  html: string;
  head?: string;
  state: unknown;
}

/** Serves the built apps, rendered on the server at `/<name>.html?rendered`, and a count at /api/count. */
export class Site {
  url = '';
  count = 0;
  reads = 0;
  readonly #server: Server;

  private constructor(private readonly dist: string) {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => {
        response.statusCode = 500;
        response.end(String(error?.stack ?? error));
      });
    });
  }

  /** @param dist has `client`, and for rendering `server`; absolute */
  static async start(dist: string): Promise<Site> {
    const site = new Site(dist);
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve));
    site.url = `http://127.0.0.1:${(site.#server.address() as AddressInfo).port}`;
    return site;
  }

  /** As at the start: nothing counted, nothing asked for. */
  reset(): void {
    this.count = 0;
    this.reads = 0;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.url);
    if (url.pathname === '/api/count') {
      if (request.method === 'POST') this.count += 1;
      else this.reads += 1;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ count: this.count, reads: this.reads }));
      return;
    }
    let body: Buffer | string = await readFile(join(this.dist, 'client', url.pathname));
    if (url.searchParams.has('rendered')) body = await this.#render(url.pathname.slice(1, -'.html'.length), `${body}`);
    response.setHeader('content-type', types[extname(url.pathname)] ?? 'application/octet-stream');
    response.end(body);
  }

  async #render(name: string, page: string): Promise<string> {
    const { render } = await import(pathToFileURL(join(this.dist, 'server', `${name}.js`)).href);
    const { html, head = '', state }: Rendered = await render(this.url);
    const json = JSON.stringify(state).replaceAll('<', '\\u003c');
    const opening = '<script id="state" type="application/json">';
    return page
      .replace('<!--head-->', () => head)
      .replace('<!--app-->', () => html)
      .replace(`${opening}null`, () => opening + json);
  }
}
