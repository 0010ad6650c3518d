import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';

export const HELLO = 'event: hello\ndata: {"v":1,"epoch":"e1","hb_ms":15000,"retry_ms":0,"jitter_ms":0}\n\n';
export const sync = (id: string) => `event: sync\nid: ${id}\ndata: {"replayed":0}\n\n`;
export const inv = (id: string, ...ops: object[]) =>
  `event: inv\nid: ${id}\ndata: ${JSON.stringify({ ops, mode: 'refetch' })}\n\n`;

/** One request for a stream, and what to say to it. */
export class Request {
  readonly params: URLSearchParams;
  /** Whether the client, or `cut`, has ended it. */
  closed = false;

  constructor(
    readonly message: IncomingMessage,
    readonly response: ServerResponse,
  ) {
    this.params = new URL(message.url ?? '', 'http://peer').searchParams;
    response.on('close', () => {
      this.closed = true;
    });
  }

  /** Answers with a stream that begins so, and stays open. */
  stream(text: string): void {
    this.response.writeHead(200, { 'content-type': 'text/event-stream' }).write(text);
  }

  /** Breaks the connection off. */
  cut(): void {
    this.message.socket.destroy();
  }
}

/** A server that says what no hub would: the other end of a connection, by hand. */
export class Peer {
  readonly requests: Request[] = [];

  private constructor(private readonly server: Server) {}

  /** `answer` is called with each request and its number, from 0. */
  static async start(answer: (request: Request, index: number) => void): Promise<Peer> {
    const server = createServer();
    const peer = new Peer(server);
    server.on('request', (message, response) => {
      const request = new Request(message, response);
      answer(request, peer.requests.push(request) - 1);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return peer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/inv/v1/stream`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A network that can be cut between a client and a server that goes on. */
export class Wire {
  #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(private readonly server: TcpServer) {}

  static async to(target: string): Promise<Wire> {
    const port = Number(new URL(target).port);
    const server = createTcpServer();
    const wire = new Wire(server);
    server.on('connection', (near) => {
      if (wire.#isCut) {
        near.destroy();
        return;
      }
      const far = connect(port, '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        wire.#sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
        from.pipe(to);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  mend(): void {
    this.#isCut = false;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
