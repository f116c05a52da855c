import type { Exchange } from '../exchanges.js';
import { assertHeaders, assertStatus } from '../header-value.js';
import { isHttpError } from '../http-error.js';
import type { BodyWriter, HttpHeaders, HttpRequest, HttpResponse, HttpResponseHeaders } from '../message.js';
import { textResponse } from '../message.js';
import type { Principal } from '../principal.js';
import { shuttingDown } from '../shutting-down.js';
import { WebBody } from './web-body.js';
import { WebSink } from './web-sink.js';

/** What every exchange of one handler shares. */
export interface WebExchangeSettings {
  readonly highWaterMarkBytes: number;
  readonly onerror: (error: Error, request: HttpRequest) => void;
  readonly onover: (exchange: WebExchange) => void;
}

/** One `Request` and the `Response` to it. */
export class WebExchange implements HttpRequest, Exchange {
  readonly method: string;
  readonly url: string;
  readonly native: Request;
  readonly remoteAddress: string | undefined;
  readonly encrypted: boolean;
  readonly httpVersion = '';
  principal: Principal | undefined;
  parsedBody: unknown;
  onclose: ((aborted: boolean) => void) | undefined;
  readonly #settings: WebExchangeSettings;
  readonly #resolve: (response: Response) => void;
  #headers: HttpHeaders | undefined;
  #body: WebBody | undefined;
  #controller: AbortController | undefined;
  #stopListening: (() => void) | undefined;
  #sink: WebSink | undefined;
  #answered = false;
  #aborted = false;
  #over = false;

  constructor(settings: WebExchangeSettings, request: Request, remoteAddress: string | undefined, resolve: (response: Response) => void) {
    this.#settings = settings;
    this.#resolve = resolve;
    this.native = request;
    this.method = request.method;
    this.encrypted = request.url.startsWith('https:');
    this.remoteAddress = remoteAddress;
    this.url = fromOrigin(request.url);
    const { signal } = request;
    if (signal.aborted) this.#aborted = true;
    else {
      const onabort = (): void => this.#onabort();
      signal.addEventListener('abort', onabort);
      this.#stopListening = () => signal.removeEventListener('abort', onabort);
    }
  }

  get path(): string {
    const mark = this.url.indexOf('?');
    return mark < 0 ? this.url : this.url.slice(0, mark);
  }

  get query(): string {
    const mark = this.url.indexOf('?');
    return mark < 0 ? '' : this.url.slice(mark + 1);
  }

  get headers(): HttpHeaders {
    this.#headers ??= toPlainHeaders(this.native);
    return this.#headers;
  }

  get body(): WebBody {
    const { native } = this;
    this.#body ??= new WebBody(
      native.body,
      native.headers.get('content-length'),
      (cause) => new Error('The client closed the connection before it had sent the whole body.', { cause }),
    );
    return this.#body;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#abortSignal();
    }
    return this.#controller.signal;
  }

  get isClosed(): boolean {
    return this.#aborted || this.#over;
  }

  respond(response: HttpResponse): void {
    if (this.#answered) return;
    const { status, body } = response;
    const bodiless = this.method === 'HEAD' || status === 204 || status === 205 || status === 304;
    try {
      assertStatus(status);
      const headers = toWebHeaders(response.headers);
      if (typeof body === 'function' && !bodiless) {
        this.#stream(body, (stream) => new Response(stream, { status, headers }));
        return;
      }
      this.#answer(new Response(bodiless || typeof body === 'function' ? null : toBodyInit(body), { status, headers }));
      this.#onover(false);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Answers a handler that threw, and tells `onerror` unless it threw an answer. */
  fail(thrown: unknown): void {
    const response = isHttpError(thrown) ? thrown.toResponse() : textResponse(500, 'Internal Server Error\n');
    if (!isHttpError(thrown) || thrown.status >= 500) {
      this.#settings.onerror(thrown instanceof Error ? thrown : new Error(`The handler threw ${String(thrown)}`), this);
    }
    if (this.#answered) this.#sink?.destroy();
    else this.respond(response);
  }

  announceClosing(): void {
    try {
      this.#sink?.tellClosing();
    } catch (error) {
      this.fail(error);
    }
  }

  expire(): void {
    if (this.#sink) this.#sink.end();
    else this.respond(shuttingDown().toResponse());
  }

  #stream(body: BodyWriter, toResponse: (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => Response): void {
    const sink = new WebSink(this.#settings.highWaterMarkBytes, (aborted) => this.#onover(aborted));
    const response = toResponse(sink.stream);
    const written = body(sink);
    this.#sink = sink;
    if (OPENING !== '' && sink.writtenBytes === 0 && isEventStream(response)) sink.write(OPENING);
    this.#answer(response);
    // Too late, but whoever set something up for this stream has to hear of it.
    if (this.#aborted) queueMicrotask(() => sink.finish(true));
    if (written) {
      written.then(
        () => sink.end(),
        (error: unknown) => this.fail(error),
      );
    }
  }

  #answer(response: Response): void {
    this.#answered = true;
    this.#resolve(response);
  }

  #onabort(): void {
    this.#aborted = true;
    this.#abortSignal();
    if (this.#sink) this.#sink.finish(true);
    this.#tellClosed(true);
  }

  #onover(aborted: boolean): void {
    this.#over = true;
    this.#stopListening?.();
    this.#stopListening = undefined;
    if (aborted && !this.#aborted) {
      this.#aborted = true;
      this.#abortSignal();
    }
    this.#settings.onover(this);
    this.#tellClosed(aborted);
  }

  #tellClosed(aborted: boolean): void {
    const { onclose } = this;
    this.onclose = undefined;
    onclose?.(aborted);
  }

  #abortSignal(): void {
    this.#controller?.abort(new DOMException('The client went away before it had the whole response.', 'AbortError'));
  }
}

/**
 * What a quiet event stream begins with, or nothing. Bun keeps the end of the headers back until there is a first byte of the body, and the
 * client would wait that long for the response; a comment is a byte that means nothing.
 */
const OPENING = 'Bun' in globalThis ? ':\n\n' : '';

function isEventStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true;
}

/** Path and query of an absolute URL, as they stand in it. */
function fromOrigin(url: string): string {
  const slash = url.indexOf('/', url.indexOf('://') + 3);
  const target = slash < 0 ? '/' : url.slice(slash);
  const hash = target.indexOf('#');
  return hash < 0 ? target : target.slice(0, hash);
}

function toPlainHeaders(request: Request): HttpHeaders {
  const plain: Record<string, string> = Object.fromEntries(request.headers);
  // Some runtimes take Host out of the headers, and put it into the URL.
  plain.host ??= new URL(request.url).host;
  return plain;
}

function toWebHeaders(headers: HttpResponseHeaders | undefined): Headers {
  const web = new Headers();
  if (headers) assertHeaders(headers);
  for (const name in headers) {
    const value = headers[name] as string | number | readonly string[];
    if (typeof value === 'object') for (const each of value) web.append(name, each);
    else web.set(name, String(value));
  }
  return web;
}

function toBodyInit(body: string | Uint8Array | undefined): string | Uint8Array<ArrayBuffer> | null {
  if (body === undefined) return null;
  return typeof body === 'string' ? body : new Uint8Array(body);
}
