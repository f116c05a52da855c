import { createEventStreamDecoder, type DecodedEvent } from '@mcpwire/event-stream';
import { type HttpClientResponse, readText } from '@mcpwire/http';
import { Peer, type PeerOptions, type RequestHandler, type RequestId, type Transport } from '@mcpwire/jsonrpc';
import type { Served, WireMessage } from './modern.js';
import { until } from './until.js';

/** Header fields; undefined leaves one out that is sent otherwise. */
export type Fields = Record<string, string | undefined>;

/** A response that has been read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: HttpClientResponse['headers'];
  readonly text: string;
  /** The body as JSON; undefined for a stream, and for nothing. */
  readonly json: WireMessage & WireMessage[];
  /** The events of a stream. */
  readonly events: DecodedEvent[];
  /** Their messages. */
  readonly messages: WireMessage[];
}

/** Who speaks one of the revisions before 2026-07-28, byte by byte: no client library stands between a test and what it looks at. */
export class LegacyClient {
  readonly served: Served;
  sessionId: string | undefined;
  version: string | undefined;
  #nextId = 1;

  constructor(served: Served) {
    this.served = served;
  }

  get headers(): Fields {
    return { accept: 'application/json, text/event-stream', 'mcp-session-id': this.sessionId, 'mcp-protocol-version': this.version };
  }

  /** Does the handshake. @returns the answer to `initialize` */
  async initialize(version = '2025-11-25', headers: Fields = {}): Promise<Answer> {
    const answer = await this.exchange(initializeRequest(version, this.#nextId++), headers);
    this.sessionId = answer.headers['mcp-session-id'] as string;
    this.version = version;
    const { status } = await this.exchange({ jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
    if (status !== 202) throw new Error(`notifications/initialized: ${status}`);
    return answer;
  }

  send(method: string, body: unknown, fields: Fields = {}, signal?: AbortSignal): Promise<HttpClientResponse> {
    const all: Fields = { ...this.headers, ...(method === 'POST' && { 'content-type': 'application/json' }), ...fields };
    const headers = Object.fromEntries(Object.entries(all).filter((field): field is [string, string] => field[1] !== undefined));
    const { client, url } = this.served;
    const bytes = body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    return client.request({ url, method, headers, ...(bytes !== undefined && { body: bytes }), ...(signal && { signal }) });
  }

  /** Posts a message, or whatever else, and reads the whole response. */
  async exchange(body: unknown, fields?: Fields): Promise<Answer> {
    return readAnswer(await this.send('POST', body, fields));
  }

  /** Calls a method. */
  call(method: string, params: object = {}, fields?: Fields, id: RequestId = this.#nextId++): Promise<Answer> {
    return this.exchange({ jsonrpc: '2.0', id, method, params }, fields);
  }

  /** Posts a message and reads the response as it comes. */
  async stream(body: unknown, fields?: Fields): Promise<Stream> {
    const controller = new AbortController();
    return new Stream(await this.send('POST', body, fields, controller.signal), controller);
  }

  /** Opens the stream of what the server has to say by itself, or goes on with one. */
  async get(fields: Fields = {}): Promise<Stream> {
    const controller = new AbortController();
    return new Stream(await this.send('GET', undefined, { accept: 'text/event-stream', ...fields }, controller.signal), controller);
  }

  async delete(fields?: Fields): Promise<Answer> {
    return readAnswer(await this.send('DELETE', undefined, fields));
  }
}

async function readAnswer({ status, headers, body }: HttpClientResponse): Promise<Answer> {
  const text = await readText(body, { maxBytes: 64 * 1024 * 1024 });
  const isStream = headers['content-type'] === 'text/event-stream';
  const events: DecodedEvent[] = [];
  if (isStream) {
    const decoder = createEventStreamDecoder({ onevent: (event) => events.push(event), onerror: fail });
    decoder.feed(new TextEncoder().encode(text));
  }
  const json = isStream || text === '' ? undefined : JSON.parse(text);
  return { status, headers, text, json, events, messages: toMessages(events) };
}

/** A response that is read as it comes. */
export class Stream {
  readonly status: number;
  readonly headers: HttpClientResponse['headers'];
  readonly events: DecodedEvent[] = [];
  text = '';
  retryMs: number | undefined;
  /** The body has ended, or broken off with this. */
  ending: { error?: Error } | undefined;
  readonly #controller: AbortController;

  constructor(response: HttpClientResponse, controller: AbortController) {
    this.status = response.status;
    this.headers = response.headers;
    this.#controller = controller;
    const decoder = createEventStreamDecoder({
      onevent: (event) => this.events.push(event),
      onretry: (retryMs) => {
        this.retryMs = retryMs;
      },
      onerror: fail,
    });
    const utf8 = new TextDecoder();
    const isStream = response.headers['content-type'] === 'text/event-stream';
    response.body.read({
      onchunk: (chunk) => {
        this.text += utf8.decode(chunk, { stream: true });
        if (isStream) decoder.feed(chunk);
      },
      onend: () => {
        this.ending = {};
      },
      onerror: (error) => {
        this.ending = { error };
      },
    });
  }

  /** Without the events that only have an id. */
  get messages(): WireMessage[] {
    return toMessages(this.events);
  }

  get lastEventId(): string | undefined {
    return this.events.findLast(({ id }) => id !== undefined)?.id;
  }

  async untilMessages(count: number): Promise<WireMessage[]> {
    await until(
      () => this.messages.length >= count,
      () => `${count} messages; got ${JSON.stringify(this.messages).slice(0, 500)}`,
    );
    return this.messages;
  }

  async untilEvents(count: number): Promise<DecodedEvent[]> {
    await until(
      () => this.events.length >= count,
      () => `${count} events; got ${this.text.slice(0, 500)}`,
    );
    return this.events;
  }

  async untilEnded(): Promise<{ error?: Error }> {
    await until(() => this.ending !== undefined, 'the stream ends');
    return this.ending as { error?: Error };
  }

  /** Closes the connection. */
  close(): void {
    this.#controller.abort();
  }
}

export function initializeRequest(version = '2025-11-25', id: RequestId = 0): object {
  const params = { protocolVersion: version, capabilities: {}, clientInfo: { name: 'test', version: '0' } };
  return { jsonrpc: '2.0', id, method: 'initialize', params };
}

/** A server with these methods, and those that every server has. */
export function connect(transport: Transport, handlers: Record<string, RequestHandler> = {}, options?: PeerOptions): Promise<Peer> {
  const peer = new Peer(transport, options);
  peer.handle('initialize', ({ protocolVersion }) => ({ protocolVersion, capabilities: {}, serverInfo: { name: 'test', version: '0' } }));
  peer.handle('ping', () => ({}));
  peer.handle('echo', (params) => params);
  for (const [method, handler] of Object.entries(handlers)) peer.handle(method, handler);
  return peer.start().then(() => peer);
}

function toMessages(events: readonly DecodedEvent[]): WireMessage[] {
  return events.filter(({ data }) => data !== '').map(({ data }) => JSON.parse(data) as WireMessage);
}

function fail(error: Error): never {
  throw error;
}
