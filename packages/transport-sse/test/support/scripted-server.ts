import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from './until.js';

export interface SeenRequest {
  method: string;
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface Script {
  /** Answers a GET. Default: an event stream with an endpoint. */
  stream?: (res: ServerResponse, req: IncomingMessage) => void;
  /** Answers a POST. Default: 202. */
  post?: (res: ServerResponse, body: string, req: IncomingMessage) => void;
}

/** A server that does as it is told, byte by byte: what a client has to cope with. */
export class ScriptedServer {
  readonly seen: SeenRequest[] = [];
  readonly streams: ServerResponse[] = [];
  script: Script;
  readonly #server: Server;

  private constructor(script: Script) {
    this.script = script;
    this.#server = createServer((req, res) => {
      let body = '';
      req.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      req.on('end', () => {
        this.seen.push({ method: req.method as string, url: req.url as string, headers: req.headers, body });
        if (req.method === 'GET') {
          this.streams.push(res);
          if (this.script.stream) this.script.stream(res, req);
          else openStream(res, '/messages?sessionId=1');
        } else if (this.script.post) this.script.post(res, body, req);
        else res.writeHead(202).end('Accepted');
      });
    });
  }

  static async start(script: Script = {}, port = 0): Promise<ScriptedServer> {
    const server = new ScriptedServer(script);
    await new Promise<void>((resolve) => server.#server.listen(port, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get url(): string {
    return `${this.origin}/sse`;
  }

  get posts(): SeenRequest[] {
    return this.seen.filter(({ method }) => method === 'POST');
  }

  /** Writes into the latest stream. */
  write(text: string | Uint8Array): void {
    this.streams.at(-1)?.write(text);
  }

  async untilSeen(count: number): Promise<void> {
    await until(
      () => `${count} requests have come; there were ${this.seen.length}`,
      () => this.seen.length >= count,
    );
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Begins an event stream, with an endpoint if there is one. */
export function openStream(res: ServerResponse, endpoint?: string, headers: Record<string, string> = {}): void {
  res.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
  if (endpoint !== undefined) res.write(`event: endpoint\ndata: ${endpoint}\n\n`);
  else res.flushHeaders();
}

export function messageEvent(message: unknown): string {
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`;
}
