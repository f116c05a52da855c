import type { JsonValue } from '../inbox.js';
import { Breach } from '../verdict.js';
import { EventStreamReader, type StreamEvent, type StreamFault } from './event-stream-reader.js';
import { type HttpEnd, HttpExchange, type HttpRequest } from './http-exchange.js';
import type { HttpHead } from './http-response-reader.js';
import type { HttpSockets } from './http-sockets.js';

/** Of a body that is no event stream this much is kept, which is more than any message that a check provokes. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Events of one stream, and faults in it, before a server that sends more is cut off. */
const MAX_EVENTS = 20_000;
const MAX_FAULTS = 10_000;

/** Called as a reply comes in, while its bytes are the last of the transcript. */
export interface ReplyListener {
  onhead?(reply: HttpReply): void;
  onevent?(event: StreamEvent, reply: HttpReply): void;
  onend?(reply: HttpReply): void;
}

/** The response to one request, as far as it has come: a body, or the events of a stream. */
export class HttpReply {
  readonly request: HttpRequest;
  readonly events: StreamEvent[] = [];
  readonly comments: string[] = [];
  readonly faults: StreamFault[] = [];
  /** When the stream ended (`performance.now()`). */
  endedAt: number | undefined;
  readonly #exchange: HttpExchange;
  readonly #listener: ReplyListener;
  #head: HttpHead | undefined;
  #end: HttpEnd | undefined;
  #problem: Error | undefined;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  readonly #messages: JsonValue[] = [];
  #waiters: (() => void)[] = [];

  private constructor(sockets: HttpSockets, request: HttpRequest, listener: ReplyListener) {
    this.request = request;
    this.#listener = listener;
    this.#exchange = HttpExchange.start(sockets, request);
    void this.#read();
  }

  /** Sends a request, and reads what comes in reply from then on. */
  static start(sockets: HttpSockets, request: HttpRequest, listener: ReplyListener = {}): HttpReply {
    return new HttpReply(sockets, request, listener);
  }

  /** Whether the head has come. */
  get hasHead(): boolean {
    return this.#head !== undefined;
  }

  /** 0 before the head has come. */
  get status(): number {
    return this.#head?.status ?? 0;
  }

  get headers(): HttpHead['headers'] {
    return this.#head?.headers ?? {};
  }

  /** Content-Type without its parameters, in lower case; empty without one. */
  get mediaType(): string {
    return (this.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  }

  get isEventStream(): boolean {
    return this.mediaType === 'text/event-stream';
  }

  /** How many bytes of the body have come. */
  get bodyBytes(): number {
    return this.#bytes;
  }

  /** The body of what is no event stream. */
  get body(): Buffer {
    return Buffer.concat(this.#parts);
  }

  /** How it ended; undefined while more may come. */
  get end(): HttpEnd | undefined {
    return this.#end;
  }

  /** Why there is no head and will be none. */
  get problem(): Error | undefined {
    return this.#problem;
  }

  /** When the request's bytes were handed to the connection (`performance.now()`); undefined before. */
  get sentAt(): number | undefined {
    return this.#exchange.sentAt;
  }

  get written(): Promise<void> {
    return this.#exchange.written;
  }

  /** The JSON of the body, or undefined if it is none. */
  json(): JsonValue | undefined {
    try {
      return JSON.parse(this.body.toString('utf8')) as JsonValue;
    } catch {
      return undefined;
    }
  }

  /** What came and is JSON: the values in the data of events, or the one of the body. Arrays are taken apart. */
  get messages(): JsonValue[] {
    if (this.isEventStream) return this.#messages;
    const value = this.#end && this.#bytes > 0 ? this.json() : undefined;
    return value === undefined ? [] : Array.isArray(value) ? value : [value];
  }

  /** Status, content type and the beginning of the body, to show to people. */
  describe(): string {
    if (!this.#head) return this.#problem?.message ?? 'nothing';
    const { status, reason } = this.#head;
    const type = this.headers['content-type'];
    const text = this.isEventStream
      ? `${this.events.length} events${this.#end?.kind === 'complete' ? ', then the end' : ''}`
      : this.body.subarray(0, 300).toString('utf8').trim();
    const broken = this.#end?.kind === 'broken' ? `which ${this.#end.why}` : '';
    return [`${status} ${reason}`.trim(), type, broken, text].filter(Boolean).join(', ');
  }

  /**
   * Waits until `until` holds, or nothing more will come, or `withinMs` are over.
   *
   * @returns whether `until` holds.
   */
  async wait(until: (reply: HttpReply) => boolean, withinMs: number, signal?: AbortSignal): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      if (until(this)) return true;
      const leftMs = deadline - performance.now();
      if (this.#end || this.#problem || leftMs <= 0 || signal?.aborted) return false;
      await this.#change(leftMs, signal);
    }
  }

  /**
   * Waits for the head.
   *
   * @throws Breach when none comes in time, or what comes is no HTTP; Unreachable when there is no server.
   */
  async waitForHead(withinMs: number, signal?: AbortSignal): Promise<this> {
    await this.wait(({ hasHead }) => hasHead, withinMs, signal);
    if (this.#problem) throw this.#problem;
    if (!this.#head) {
      throw new Breach(`${this.request.method} got no response within ${Math.round(withinMs)} ms`, {
        expected: 'a response',
        received: 'nothing',
      });
    }
    return this;
  }

  /** Breaks the connection off, as a client that is gone does. */
  cut(): void {
    this.#exchange.cut();
  }

  async #read(): Promise<void> {
    try {
      this.#head = await this.#exchange.head;
    } catch (error) {
      this.#problem = error as Error;
      this.#end = await this.#exchange.ended;
      this.#listener.onend?.(this);
      this.#wake();
      return;
    }
    this.#listener.onhead?.(this);
    this.#wake();
    const stream = this.isEventStream ? this.#openStream() : undefined;
    this.#exchange.onbody = (chunk) => {
      this.#bytes += chunk.length;
      if (stream) stream.feed(chunk);
      else if (this.#bytes <= MAX_BODY_BYTES) this.#parts.push(Buffer.from(chunk));
      const excess = this.#excess();
      if (excess !== undefined) this.#exchange.cut(`has ${excess}, and was cut off`);
      this.#wake();
    };
    const end = await this.#exchange.ended;
    if (end.kind === 'complete') stream?.end();
    this.#end = end;
    this.endedAt = performance.now();
    this.#listener.onend?.(this);
    this.#wake();
  }

  /** What there is too much of: reading on would take all of this process's time and memory. */
  #excess(): string | undefined {
    if (this.events.length >= MAX_EVENTS) return `more than ${MAX_EVENTS} events`;
    if (this.faults.length >= MAX_FAULTS) return `more than ${MAX_FAULTS} lines that belong to no event`;
    return !this.isEventStream && this.#bytes > MAX_BODY_BYTES ? `a body of more than ${MAX_BODY_BYTES} bytes` : undefined;
  }

  #openStream(): EventStreamReader {
    return new EventStreamReader({
      onevent: (event) => {
        if (this.events.length >= MAX_EVENTS) return;
        this.events.push(event);
        this.#note(event.data);
        this.#listener.onevent?.(event, this);
      },
      onfault: (fault) => {
        if (this.faults.length < MAX_FAULTS) this.faults.push(fault);
      },
      oncomment: (text) => {
        if (this.comments.length < 100) this.comments.push(text);
      },
    });
  }

  #note(data: string | undefined): void {
    if (data === undefined || data === '') return;
    try {
      const value = JSON.parse(data) as JsonValue;
      if (Array.isArray(value)) this.#messages.push(...value);
      else this.#messages.push(value);
    } catch {
      // A check looks at the events themselves.
    }
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  #change(limitMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, limitMs);
      signal?.addEventListener('abort', done, { once: true });
      this.#waiters.push(done);
    });
  }
}
