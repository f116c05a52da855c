import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../connection.js';
import { type DriverOptions, Unreachable } from '../driver.js';
import { Inbox, type JsonObject, type JsonValue } from '../inbox.js';
import { SentLog } from '../sent-log.js';
import { isObject } from '../session.js';
import type { HttpTarget } from '../target.js';
import { Transcript } from '../transcript.js';
import { Breach } from '../verdict.js';
import { EventStreamReader, type StreamEvent, type StreamFault } from './event-stream-reader.js';
import { adviceOn, isAuthorized } from './http-advice.js';
import { HttpExchange, type HttpRequest } from './http-exchange.js';
import { postInPieces } from './http-pieces.js';
import { HttpReply } from './http-reply.js';
import type { HttpHead } from './http-response-reader.js';
import { HttpSockets } from './http-sockets.js';

/** An event of the stream, and where its bytes are. */
export interface SseEvent {
  readonly type: string;
  readonly data: string;
  readonly position: number;
}

/** How a message is posted, where it is not as usual. */
export interface PostOptions {
  /** Default: where the endpoint event leads. */
  readonly url?: URL | undefined;
  /** Beside the usual ones, or in place of them: names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Events, and faults of the stream, before a server that sends more is cut off; the inbox has bounds of its own. */
const MAX_EVENTS = 20_000;
const MAX_FAULTS = 1_000;

/** One client over HTTP+SSE (2024-11-05): a stream that stays open, and POSTs to where its endpoint event leads. */
export class SseConnection implements Connection {
  readonly transport = 'sse';
  /** Where the stream is. */
  readonly url: URL;
  readonly inbox: Inbox = new Inbox();
  readonly transcript: Transcript;
  readonly sent: SentLog = new SentLog();
  declared?: JsonObject;
  /** Everything that came on the stream and was an event, in order. */
  readonly events: SseEvent[] = [];
  /** What on the stream belongs to no event stream. */
  readonly streamFaults: (StreamFault & { readonly position: number })[] = [];
  readonly #target: HttpTarget;
  readonly #timeoutMs: number;
  /** By origin: the endpoint event may lead to another one. */
  readonly #sockets = new Map<string, HttpSockets>();
  #stream: HttpExchange | undefined;
  #head: HttpHead | undefined;
  #problem: string | undefined;
  #endpointCame: (() => void)[] = [];
  #closed = false;

  private constructor(target: HttpTarget, options: DriverOptions) {
    this.#target = target;
    this.#timeoutMs = options.timeoutMs;
    this.url = new URL(target.url);
    this.transcript = new Transcript(options.redact);
  }

  /**
   * Opens the stream, and returns once its response begins, whatever that is.
   *
   * @throws Unreachable when nothing listens there.
   */
  static async open(target: HttpTarget, options: DriverOptions): Promise<SseConnection> {
    const connection = new SseConnection(target, options);
    try {
      await connection.#open();
    } catch (error) {
      await connection.close();
      throw error;
    }
    return connection;
  }

  /** How the stream was answered. @throws Breach when it was not. */
  get stream(): { readonly status: number; readonly contentType: string } {
    if (!this.#head) throw new Breach(this.#problem ?? 'the stream was not answered', { expected: 'status 200' });
    return { status: this.#head.status, contentType: this.#head.headers['content-type'] ?? '' };
  }

  get advice(): string | undefined {
    const { status, headers } = this.#head ?? { status: 0, headers: {} };
    return adviceOn({ method: 'GET', url: this.url, status, headers, authorized: isAuthorized(this.#target.headers ?? {}) });
  }

  /** Where the endpoint event leads; undefined before it, and where its data is no URI. */
  get postUrl(): URL | undefined {
    const data = this.events.find(({ type }) => type === 'endpoint')?.data;
    return data !== undefined && URL.canParse(data, this.url.href) ? new URL(data, this.url.href) : undefined;
  }

  /** Waits for the endpoint event. @throws Breach when none comes. */
  async endpointEvent(withinMs: number): Promise<SseEvent> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const event = this.events.find(({ type }) => type === 'endpoint');
      if (event) return event;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0 || this.#problem !== undefined) {
        throw new Breach(this.#problem ?? `no endpoint event came within ${Math.round(withinMs)} ms`, {
          expected: { event: 'endpoint', data: '/messages?session=…' },
          received: this.events.length > 0 ? this.events.map(({ type, data }) => ({ event: type, data })) : 'nothing',
        });
      }
      await this.#nextEvent(leftMs);
    }
  }

  async send(message: JsonValue): Promise<void> {
    this.sent.note(message);
    const reply = await this.#post(JSON.stringify(message));
    const { status } = reply;
    // Nothing will come on the stream for what was refused.
    if (isObject(message) && typeof message.method === 'string' && 'id' in message && (status < 200 || status >= 300)) {
      throw new Breach(`the POST of ${message.method} was answered with status ${status}`, {
        expected: 'status 202',
        received: reply.describe(),
      });
    }
  }

  async sendText(content: string | Uint8Array): Promise<void> {
    await this.post(content);
  }

  /** Posts these bytes, valid or not, and returns what the POST was answered with. @throws Breach when it was not answered. */
  async post(content: string | Uint8Array, options: PostOptions = {}): Promise<HttpReply> {
    this.sent.noteText(content);
    return this.#post(content, options);
  }

  /** Posts a body whose bytes arrive in pieces, cut at these offsets. @throws Breach when it was not answered. */
  async postInPieces(content: Uint8Array, pieces: readonly number[]): Promise<HttpHead> {
    this.sent.noteText(content);
    const { url, request } = await this.#prepare(content, {});
    return postInPieces(this.#socketsOf(url), request, pieces, this.#timeoutMs);
  }

  /** Asks for another stream, and returns when its response begins. It is the caller's to cut. @throws Breach when none begins. */
  async get(headers: Readonly<Record<string, string>>, withinMs: number): Promise<HttpReply> {
    const all = { accept: 'text/event-stream', ...lowerCase(this.#target.headers), ...headers };
    return HttpReply.start(this.#socketsOf(this.url), { method: 'GET', headers: all }).waitForHead(withinMs);
  }

  /** Breaks the stream off, as a client that is gone does. What was posted stays. */
  closeStream(): void {
    this.transcript.add('event', 'closed the stream');
    this.#stream?.cut();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stream?.cut();
    for (const sockets of this.#sockets.values()) sockets.close();
    this.inbox.end('the connection was closed');
    this.#fail('the connection was closed');
  }

  async #open(): Promise<void> {
    const headers = { accept: 'text/event-stream', 'cache-control': 'no-store', ...lowerCase(this.#target.headers) };
    const stream = HttpExchange.start(this.#socketsOf(this.url), { method: 'GET', headers });
    this.#stream = stream;
    const reader = new EventStreamReader({
      onevent: (event) => this.#event(event),
      onfault: (fault) => this.#fault(fault),
    });
    const timeout = new AbortController();
    const late = sleep(this.#timeoutMs, undefined, { signal: timeout.signal }).catch(() => undefined);
    try {
      this.#head = (await Promise.race([stream.head, late])) || undefined;
    } catch (error) {
      if (error instanceof Unreachable) throw error;
      this.#fail((error as Error).message);
      return;
    } finally {
      timeout.abort();
    }
    if (!this.#head) {
      this.#fail(`GET ${this.url.pathname} was not answered within ${this.#timeoutMs} ms`);
      return;
    }
    const { status } = this.#head;
    // No body of a refusal is a stream.
    if (status !== 200) this.#fail(`GET ${this.url.pathname} was answered with status ${status}`);
    else {
      stream.onbody = (chunk) => {
        reader.feed(chunk);
        const tooMany = this.#tooMany();
        if (tooMany !== undefined) stream.cut(`has ${tooMany}, and was cut off`);
      };
    }
    void stream.ended.then(({ kind, why }) => {
      if (kind === 'complete') reader.end();
      this.#fail(`the stream ${kind === 'complete' ? 'was ended by the server' : why}`);
    });
  }

  #event({ event: type, data }: StreamEvent): void {
    // Without data nothing is dispatched.
    if (data === undefined || this.events.length >= MAX_EVENTS) return;
    this.events.push({ type, data, position: this.inbox.position });
    if (type === 'message') this.#message(data);
    const waiting = this.#endpointCame;
    this.#endpointCame = [];
    for (const wake of waiting) wake();
  }

  #message(data: string): void {
    let value: JsonValue;
    try {
      value = JSON.parse(data) as JsonValue;
    } catch {
      this.inbox.addFault({ kind: 'not-json', why: 'is not JSON', text: data.slice(0, 300) });
      return;
    }
    this.inbox.add(value);
  }

  #tooMany(): string | undefined {
    if (this.events.length >= MAX_EVENTS) return `more than ${MAX_EVENTS} events`;
    if (this.streamFaults.length >= MAX_FAULTS) return `more than ${MAX_FAULTS} lines that belong to no event`;
    return this.inbox.isFull ? 'more messages than can be kept' : undefined;
  }

  #fault(fault: StreamFault): void {
    if (this.streamFaults.length < MAX_FAULTS) this.streamFaults.push({ ...fault, position: this.inbox.position });
    if (fault.kind === 'not-utf8') this.inbox.addFault({ kind: 'not-utf8', why: fault.why, text: fault.text });
  }

  async #post(content: string | Uint8Array, options: PostOptions = {}): Promise<HttpReply> {
    const { url, request } = await this.#prepare(content, options);
    const reply = HttpReply.start(this.#socketsOf(url), request);
    await reply.waitForHead(this.#timeoutMs);
    // A body that does not end says nothing about what came before.
    if (!(await reply.wait(({ end }) => end !== undefined, this.#timeoutMs))) reply.cut();
    return reply;
  }

  async #prepare(content: string | Uint8Array, options: PostOptions): Promise<{ url: URL; request: HttpRequest }> {
    if (options.url === undefined) await this.endpointEvent(this.#timeoutMs);
    const url = options.url ?? this.postUrl;
    if (!url) throw new Breach('the endpoint event has no URI that could be posted to', { received: this.events[0]?.data });
    // What authorizes here is nobody else's business.
    const own = url.origin === this.url.origin ? lowerCase(this.#target.headers) : {};
    const headers = { 'content-type': 'application/json', ...own, ...options.headers };
    return { url, request: { method: 'POST', target: `${url.pathname}${url.search}`, headers, body: content } };
  }

  #socketsOf(url: URL): HttpSockets {
    let sockets = this.#sockets.get(url.origin);
    if (!sockets) {
      sockets = new HttpSockets(url, {
        transcript: this.transcript,
        connectMs: this.#timeoutMs,
        onreceived: () => {
          this.inbox.position = this.transcript.length;
        },
      });
      this.#sockets.set(url.origin, sockets);
    }
    return sockets;
  }

  /** Nothing more will come. */
  #fail(problem: string): void {
    this.#problem ??= problem;
    this.inbox.end(problem);
    for (const wake of this.#endpointCame) wake();
    this.#endpointCame = [];
  }

  async #nextEvent(withinMs: number): Promise<void> {
    const timeout = new AbortController();
    try {
      await Promise.race([
        new Promise<void>((resolve) => this.#endpointCame.push(resolve)),
        sleep(withinMs, undefined, { signal: timeout.signal }).catch(() => {}),
      ]);
    } finally {
      timeout.abort();
    }
  }
}

function lowerCase(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
