import { Breach } from '../verdict.js';
import { type HttpHead, HttpResponseReader } from './http-response-reader.js';
import type { HttpSocket, HttpSockets } from './http-sockets.js';

/** One request, byte by byte as it is given. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query; default those of the URL. */
  readonly target?: string | undefined;
  /** In order. `Host` and, with a body, `Content-Length` are added where they are missing. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** Only so many bytes of the body are sent, although Content-Length promises all of them. */
  readonly sendBytes?: number | undefined;
  /** Sent instead of all this: a whole request, right or wrong. */
  readonly raw?: string | Uint8Array | undefined;
  /** A connection of its own, which ends with the response. */
  readonly fresh?: boolean | undefined;
}

/** How a response ended: `complete`; `broken` by the server or by what it sent, `why` being the end of a sentence; `cut` by this side. */
export interface HttpEnd {
  readonly kind: 'complete' | 'broken' | 'cut';
  readonly why: string;
}

/**
 * One request over a raw socket, and its response as it comes. Nothing is followed, retried (but for a kept connection that the server
 * had already closed), decompressed or corrected, and nothing is timed: whoever waits says how long.
 */
export class HttpExchange {
  readonly request: HttpRequest;
  /** Rejects with Unreachable when there is no server, with a Breach when no response comes or it is no HTTP. */
  readonly head: Promise<HttpHead>;
  /** Resolves when nothing more will come. Never rejects. */
  readonly ended: Promise<HttpEnd>;
  /** Resolves when the request is written, or can't be. Never rejects. */
  readonly written: Promise<void>;
  /** When its bytes were handed to the connection (`performance.now()`); undefined before. */
  sentAt: number | undefined;
  /** Takes the body as it comes; what came before it was set is given to it first. */
  #onbody: ((chunk: Uint8Array) => void) | undefined;
  #early: Uint8Array[] = [];
  #end: HttpEnd | undefined;
  #socket: HttpSocket | undefined;
  readonly #resolveHead: (head: HttpHead) => void;
  readonly #rejectHead: (error: Error) => void;
  readonly #resolveEnd: (end: HttpEnd) => void;

  private constructor(sockets: HttpSockets, request: HttpRequest) {
    this.request = request;
    const head = withResolvers<HttpHead>();
    const ended = withResolvers<HttpEnd>();
    this.head = head.promise;
    this.#resolveHead = head.resolve;
    this.#rejectHead = head.reject;
    this.ended = ended.promise;
    this.#resolveEnd = ended.resolve;
    // Whoever awaits it sees it; nobody has to.
    this.head.catch(() => {});
    this.written = this.#start(sockets, false);
  }

  /** Sends the request. */
  static start(sockets: HttpSockets, request: HttpRequest): HttpExchange {
    return new HttpExchange(sockets, request);
  }

  /** How the response ended; undefined while more may come. */
  get end(): HttpEnd | undefined {
    return this.#end;
  }

  set onbody(take: (chunk: Uint8Array) => void) {
    this.#onbody = take;
    const early = this.#early;
    this.#early = [];
    for (const chunk of early) take(chunk);
  }

  /** Breaks the connection off, as a client that is gone does; with a reason, for what the server did. */
  cut(because?: string): void {
    this.#finish(because === undefined ? { kind: 'cut', why: 'was cut off by the suite' } : { kind: 'broken', why: because });
    this.#socket?.destroy();
  }

  async #start(sockets: HttpSockets, again: boolean): Promise<void> {
    const { request } = this;
    let socket: HttpSocket;
    try {
      socket = await sockets.take({ fresh: request.fresh || again });
    } catch (error) {
      this.#rejectHead(error as Error);
      this.#finish({ kind: 'broken', why: `never came: ${(error as Error).message}` });
      return;
    }
    if (this.#end) {
      sockets.give(socket);
      return;
    }
    this.#socket = socket;
    const reader = new HttpResponseReader({
      method: request.method,
      onhead: (head) => this.#resolveHead(head),
      onbody: (chunk) => (this.#onbody ? this.#onbody(chunk) : this.#early.push(Buffer.from(chunk))),
      onend: (reusable) => {
        if (reusable && !request.fresh && request.sendBytes === undefined && request.raw === undefined) sockets.give(socket);
        else socket.destroy();
        this.#finish({ kind: 'complete', why: 'is complete' });
      },
      onfault: (why) => {
        this.#finish({ kind: 'broken', why });
        socket.destroy();
      },
    });
    let retried: Promise<void> | undefined;
    socket.ondata = (chunk) => reader.feed(chunk);
    socket.onclose = (orderly) => {
      if (socket.used && !reader.started && !this.#end) retried = this.#start(sockets, true);
      else reader.close(orderly);
    };
    const bytes = toBytes(sockets.url, request);
    sockets.transcript.add('sent', bytes);
    this.sentAt = performance.now();
    await new Promise<void>((resolve) => {
      socket.socket.once('close', resolve);
      socket.socket.write(bytes, () => {
        socket.socket.off('close', resolve);
        resolve();
      });
    });
    await retried;
  }

  #finish(end: HttpEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.#rejectHead(new Breach(`the response to ${this.request.method} ${end.why}`, { expected: 'a response', received: end.why }));
    this.#resolveEnd(end);
  }
}

function toBytes(url: URL, request: HttpRequest): Buffer {
  if (request.raw !== undefined) return Buffer.from(request.raw as Uint8Array);
  const headers = request.headers ?? {};
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const lines = [`${request.method} ${request.target ?? `${url.pathname}${url.search}`} HTTP/1.1`];
  if (!names.has('host')) lines.push(`Host: ${url.host}`);
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  const body = request.body === undefined ? undefined : Buffer.from(request.body as Uint8Array);
  if (body && !names.has('content-length') && !names.has('transfer-encoding')) lines.push(`Content-Length: ${body.length}`);
  if (request.fresh && !names.has('connection')) lines.push('Connection: close');
  // Latin-1: a header's bytes are the caller's, one for each character.
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return body ? Buffer.concat([head, body.subarray(0, request.sendBytes ?? body.length)]) : head;
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
