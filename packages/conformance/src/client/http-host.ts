import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eraOf } from '@mcpwire/protocol';
import type { JsonObject, JsonValue } from '../inbox.js';
import type { Channel, HttpMeans } from './exchange.js';
import type { Host } from './host.js';
import { type HttpSeen, isObject, isRequest } from './observation.js';
import type { RawServer } from './raw-server.js';

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Listens on the loopback interface for one client. */
export async function createHttpHost(raw: RawServer): Promise<Host> {
  const host = new HttpHost(raw);
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    // Whatever a client does to its connection is no fault of the suite.
    host.take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: [`http://127.0.0.1:${port}/mcp`],
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

class HttpHost {
  readonly #raw: RawServer;
  readonly #hasSessions: boolean;
  /** The id that the next initialize gives out. */
  #nextSession = randomUUID();

  constructor(raw: RawServer) {
    this.#raw = raw;
    this.#hasSessions = eraOf(raw.revision) === 'legacy' && raw.revision !== '2024-11-05' && raw.scene.sessions !== false;
  }

  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { observation, handlers } = this.#raw;
    const at = performance.now();
    const bytes = await readBody(request);
    const { method = '', url: path = '/', headers } = request;
    observation.transcript.add('received', `${method} ${path}\n${headerLines(request.rawHeaders)}\n${bytes.toString('utf8')}`);
    observation.touch();
    const seen: HttpSeen = { method, path, headers, body: bytes.toString('latin1'), at, position: observation.transcript.length };
    observation.requests.push(seen);
    response.on('close', () => {
      if (response.writableFinished) seen.answeredAt ??= performance.now();
      else {
        seen.abandonedAt = performance.now();
        observation.transcript.add('event', `the client closed the connection of its ${method}`);
      }
      observation.touch();
    });
    const reply = new Reply(response, this.#raw, seen);
    const refused = handlers.refuse?.(seen);
    if (refused !== undefined) return reply.status(refused);
    if (method === 'GET') return this.#get(reply, seen);
    if (method === 'DELETE') return reply.status(this.#hasSessions ? 200 : 405);
    if (method !== 'POST') return reply.status(405);
    this.#post(bytes, reply, seen);
  }

  #get(reply: Reply, seen: HttpSeen): void {
    const stream = { seen, status: reply.status.bind(reply), write: reply.write.bind(reply), end: reply.endStream.bind(reply) };
    if (this.#raw.handlers.get?.(stream)) return;
    if (eraOf(this.#raw.revision) === 'modern') return reply.status(405);
    reply.write(': open\n\n');
  }

  #post(bytes: Buffer, reply: Reply, seen: HttpSeen): void {
    const { observation } = this.#raw;
    const { position } = seen;
    let value: JsonValue;
    try {
      value = JSON.parse(utf8.decode(bytes)) as JsonValue;
    } catch (error) {
      const isText = error instanceof SyntaxError;
      const fault = { kind: isText ? 'not-json' : 'not-utf8', why: isText ? 'is not JSON' : 'is not UTF-8' } as const;
      observation.faults.push({ ...fault, text: seen.body.slice(0, 300), position });
      return reply.status(400, { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'Parse error' } });
    }
    if (Array.isArray(value)) observation.batches.push({ value, position });
    const all = Array.isArray(value) ? value : [value];
    reply.due = all.filter((message) => isObject(message) && isRequest(message)).length;
    for (const message of all) {
      if (!isObject(message)) {
        observation.faults.push({ kind: 'not-an-object', why: 'is JSON, but no object', text: seen.body.slice(0, 300), position });
        continue;
      }
      observation.hear(message, { position, inBatch: Array.isArray(value), link: 0, http: seen });
      if (this.#hasSessions && message.method === 'initialize') {
        reply.header('Mcp-Session-Id', this.#nextSession);
        this.#nextSession = randomUUID();
      }
      this.#raw.take(message, reply);
    }
    if (!all.some((message) => isObject(message) && isRequest(message))) reply.status(202);
  }
}

/** The answer to one POST or GET: JSON, or a stream as soon as more than the answer is sent. */
class Reply implements Channel, HttpMeans {
  readonly stdio: undefined;
  readonly http: HttpMeans = this;
  /** Messages that wait for their answer. */
  due = 0;
  readonly #response: ServerResponse;
  readonly #raw: RawServer;
  readonly #seen: HttpSeen;
  readonly #headers: [string, string][] = [];
  #stream: boolean;

  constructor(response: ServerResponse, raw: RawServer, seen: HttpSeen) {
    this.#response = response;
    this.#raw = raw;
    this.#seen = seen;
    this.#stream = raw.scene.streams === true;
  }

  get origin(): string {
    return `http://${this.#seen.headers.host}`;
  }

  header(name: string, value: string): void {
    this.#headers.push([name, value]);
  }

  asStream(stream: boolean): void {
    this.#stream = stream;
  }

  status(code: number, body?: JsonObject, headers: Readonly<Record<string, string>> = {}): void {
    if (this.#response.headersSent) return;
    if (body !== undefined) this.#raw.observation.tell(body);
    for (const [name, value] of Object.entries(headers)) this.header(name, value);
    this.#finish(code, body === undefined ? undefined : JSON.stringify(body), 'application/json');
  }

  send(value: JsonValue): void {
    this.#raw.observation.tell(value);
    this.write(this.#raw.handlers.encode?.(value) ?? `event: message\ndata: ${JSON.stringify(value)}\n\n`);
  }

  end(value: JsonValue): void {
    this.due--;
    if (this.#stream || this.#response.headersSent || this.due > 0) {
      this.send(value);
      if (this.due <= 0) this.endStream();
      return;
    }
    this.#raw.observation.tell(value);
    const code = isObject(value) && isObject(value.error) && eraOf(this.#raw.revision) === 'modern' ? statusOf(value.error.code) : 200;
    this.#finish(code, JSON.stringify(value), 'application/json');
  }

  write(text: string): void {
    if (!this.#response.headersSent) this.#head(200, 'text/event-stream');
    this.#raw.observation.transcript.add('sent', text);
    this.#raw.observation.touch();
    this.#response.write(text);
  }

  endStream(): void {
    if (!this.#response.headersSent) this.#head(200, 'text/event-stream');
    this.#raw.observation.transcript.add('event', 'the server ended the stream');
    this.#seen.answeredAt = performance.now();
    this.#response.end();
  }

  #finish(code: number, body: string | undefined, type: string): void {
    if (this.#response.headersSent) return;
    this.#head(code, body === undefined ? undefined : type);
    if (body !== undefined) this.#raw.observation.transcript.add('sent', body);
    this.#seen.answeredAt = performance.now();
    this.#response.end(body);
  }

  #head(code: number, type: string | undefined): void {
    // As a list, so that names keep the case in which they were given.
    const fields = this.#headers.flat();
    const has = (name: string): boolean => this.#headers.some(([own]) => own.toLowerCase() === name);
    if (type !== undefined && !has('content-type')) fields.push('Content-Type', type);
    this.#raw.observation.transcript.add('sent', `${code}\n${headerLines(fields)}`);
    this.#raw.observation.touch();
    this.#response.writeHead(code, fields);
  }
}

/** 2026-07-28 basic/transports/streamable-http: what is wrong with a request as such has a status of its own. */
function statusOf(code: JsonValue | undefined): number {
  if (code === -32601) return 404;
  return typeof code === 'number' && code >= -32022 && code <= -32020 ? 400 : 200;
}

function headerLines(raw: readonly string[]): string {
  let text = '';
  for (let index = 0; index < raw.length; index += 2) text += `${raw[index]}: ${raw[index + 1]}\n`;
  return text;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('the body is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
