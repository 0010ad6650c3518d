import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real server on the loopback, which answers as the test says and keeps what it was asked. */
export class HttpServer {
  readonly requests: IncomingMessage[] = [];
  readonly #server: Server;

  private constructor(answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void) {
    this.#server = createServer((request, response) => {
      this.requests.push(request);
      answer(request, response, this.requests.length);
    });
  }

  static async start(
    answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void,
  ): Promise<HttpServer> {
    const server = new HttpServer(answer);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The headers of the request that came last. */
  get last(): IncomingMessage['headers'] {
    return this.requests.at(-1)!.headers;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  value: unknown,
  headers: Record<string, string> = {},
  status = 200,
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}
