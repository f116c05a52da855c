import { createEventStreamDecoder, type DecodedEvent } from '@mcpwire/event-stream';
import { type HttpClient, type HttpClientResponse, type HttpHandler, readText } from '@mcpwire/http';
import { createHttpClient as createFetchClient } from '@mcpwire/http/client/fetch';
import { createHttpClient } from '@mcpwire/http/client/node';
import { createHttpServer, type HttpServerOptions } from '@mcpwire/http/node';
import { toFetchHandler } from '@mcpwire/http/web';
import type { JsonRpcRequest, Params, RequestId } from '@mcpwire/jsonrpc';
import { createRequestHeaders, withRequestMeta } from '@mcpwire/protocol';
import { readPost } from '../../src/server/read-post.js';
import { refuseMethod, toRefusal } from '../../src/server/refusal.js';
import { serveStateless } from '../../src/server/stateless.js';
import { type StatelessOptions, type StatelessSettings, toStatelessSettings } from '../../src/server/stateless-settings.js';
import { type StreamOptions, toStreamSettings } from '../../src/server/stream-settings.js';
import { until } from './until.js';

/** A handler being served, and a client that reaches it. */
export interface Served {
  readonly url: string;
  readonly client: HttpClient;
  /** Reaches it where there is no socket. */
  readonly fetch?: typeof globalThis.fetch;
  /** Requests that the adapter has not seen the end of. */
  readonly inFlight: number;
  close(options?: { graceMs?: number }): Promise<void>;
  dispose(): Promise<void>;
}

export interface Adapter {
  readonly name: string;
  serve(handler: HttpHandler, options?: Pick<HttpServerOptions, 'highWaterMarkBytes' | 'onerror'>): Promise<Served>;
}

export const adapters: readonly Adapter[] = [
  {
    name: 'node:http',
    async serve(handler, options) {
      const server = await createHttpServer({ ...options, handler });
      const client = createHttpClient();
      return {
        url: server.url,
        client,
        get inFlight() {
          return server.inFlight;
        },
        close: (closeOptions) => server.close(closeOptions),
        async dispose() {
          await client.close();
          await server.close({ graceMs: 0 });
        },
      };
    },
  },
  {
    name: 'fetch',
    async serve(handler, options) {
      const fetchHandler = toFetchHandler(handler, options);
      const reach: typeof globalThis.fetch = (input, init) => fetchHandler(new Request(input, init));
      const client = createFetchClient({ fetch: reach });
      return {
        url: 'http://localhost:1234',
        client,
        fetch: reach,
        get inFlight() {
          return fetchHandler.inFlight;
        },
        close: (closeOptions) => fetchHandler.close(closeOptions),
        async dispose() {
          await client.close();
          await fetchHandler.close({ graceMs: 0 });
        },
      };
    },
  },
];

/** An endpoint that serves 2026-07-28 only. */
export interface ModernEndpoint {
  readonly handler: HttpHandler;
  readonly settings: StatelessSettings;
  close(): void;
}

export function modernEndpoint(options: StatelessOptions & StreamOptions & { legacyVersions?: readonly string[] }): ModernEndpoint {
  const streams = toStreamSettings(options);
  const settings = toStatelessSettings(options, streams, options.legacyVersions);
  return {
    settings,
    async handler(request) {
      if (request.method !== 'POST') return refuseMethod('POST', `${request.method} is not served here`);
      try {
        return await serveStateless(request, await readPost(request), settings);
      } catch (thrown) {
        const refusal = toRefusal(thrown);
        if (refusal) return refusal;
        throw thrown;
      }
    },
    close() {
      settings.subscriptions?.close();
      streams.keepAlive?.close();
    },
  };
}

export interface RequestFields {
  id?: RequestId;
  params?: Params;
  protocolVersion?: string;
  clientCapabilities?: Params;
}

/** A well-formed request of 2026-07-28. */
export function modernRequest(method: string, fields: RequestFields = {}): JsonRpcRequest {
  const { id = 1, params, protocolVersion = '2026-07-28', clientCapabilities = {} } = fields;
  const bare: JsonRpcRequest = params ? { jsonrpc: '2.0', id, method, params } : { jsonrpc: '2.0', id, method };
  return withRequestMeta(bare, { protocolVersion, clientCapabilities, clientInfo: { name: 'test', version: '0' } });
}

export type HeaderOverrides = Record<string, string | undefined>;

/** The headers that go with a message, changed by `overrides`; undefined leaves one out. */
function headersFor(message: unknown, overrides: HeaderOverrides = {}): Record<string, string> {
  const { method, params } = (message ?? {}) as Partial<JsonRpcRequest>;
  const version = (params?._meta as Record<string, unknown> | undefined)?.['io.modelcontextprotocol/protocolVersion'];
  const own =
    typeof method === 'string' ? createRequestHeaders(message as JsonRpcRequest, typeof version === 'string' ? version : '2026-07-28') : {};
  const headers: HeaderOverrides = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...own,
    ...overrides,
  };
  return Object.fromEntries(Object.entries(headers).filter((field): field is [string, string] => field[1] !== undefined));
}

export interface PostOptions {
  headers?: HeaderOverrides;
  signal?: AbortSignal;
}

export function post({ client, url }: Served, message: unknown, options: PostOptions = {}): Promise<HttpClientResponse> {
  const body = typeof message === 'string' ? message : JSON.stringify(message);
  return client.request({ url, method: 'POST', headers: headersFor(message, options.headers), body, signal: options.signal });
}

/** Whatever came. */
export interface WireMessage {
  jsonrpc?: unknown;
  id?: RequestId;
  method?: string;
  params?: Params;
  result?: Params;
  error?: { code: number; message: string; data?: unknown };
}

/** A response that has been read to its end. */
export interface Exchanged {
  readonly status: number;
  readonly headers: HttpClientResponse['headers'];
  readonly text: string;
  /** The body as JSON, or the messages of the stream. */
  readonly json: WireMessage | undefined;
  readonly messages: WireMessage[];
}

export async function exchange(served: Served, message: unknown, options?: PostOptions): Promise<Exchanged> {
  const { status, headers, body } = await post(served, message, options);
  const text = await readText(body);
  const isStream = headers['content-type'] === 'text/event-stream';
  const messages: WireMessage[] = [];
  if (isStream) {
    const decoder = createEventStreamDecoder({ onevent: ({ data }) => messages.push(JSON.parse(data)), onerror: fail });
    decoder.feed(new TextEncoder().encode(text));
  }
  return { status, headers, text, json: isStream || text === '' ? undefined : JSON.parse(text), messages };
}

/** A response that is read as it comes. */
export class EventReader {
  readonly status: number;
  readonly headers: HttpClientResponse['headers'];
  readonly events: DecodedEvent[] = [];
  readonly messages: WireMessage[] = [];
  text = '';
  /** The body has ended, or broken off with this. */
  ending: { error?: Error } | undefined;
  readonly #controller: AbortController;

  constructor(response: HttpClientResponse, controller: AbortController) {
    this.status = response.status;
    this.headers = response.headers;
    this.#controller = controller;
    const decoder = createEventStreamDecoder({
      onevent: (event) => {
        this.events.push(event);
        this.messages.push(JSON.parse(event.data));
      },
      onerror: fail,
    });
    const utf8 = new TextDecoder();
    response.body.read({
      onchunk: (chunk) => {
        this.text += utf8.decode(chunk, { stream: true });
        decoder.feed(chunk);
      },
      onend: () => {
        this.ending = {};
      },
      onerror: (error) => {
        this.ending = { error };
      },
    });
  }

  static async open(served: Served, message: unknown, headers?: HeaderOverrides): Promise<EventReader> {
    const controller = new AbortController();
    return new EventReader(await post(served, message, { ...(headers && { headers }), signal: controller.signal }), controller);
  }

  async untilMessages(count: number): Promise<WireMessage[]> {
    await until(
      () => this.messages.length >= count,
      () => `${count} messages; got ${JSON.stringify(this.messages)}`,
    );
    return this.messages;
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

function fail(error: Error): never {
  throw error;
}
