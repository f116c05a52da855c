import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Exchange, Exchanges } from '../exchanges.js';
import { assertHeaders, assertStatus } from '../header-value.js';
import { isHttpError } from '../http-error.js';
import type { BodyWriter, HttpHeaders, HttpRequest, HttpResponse, HttpResponseHeaders } from '../message.js';
import { textResponse } from '../message.js';
import type { Principal } from '../principal.js';
import { shuttingDown } from '../shutting-down.js';
import { Http2ErrorCode } from './http2-error-code.js';
import { linger } from './linger.js';
import { contentLength, NodeBody } from './node-body.js';
import { abortResponse, compactHead, type NodeResponse, wasAborted } from './node-response.js';
import { NodeSink, type NodeSinkOwner, type NodeSinkSettings } from './node-sink.js';
import { fromAbsoluteForm, fromHttp2Headers } from './request-headers.js';

/** What `node:http` or `node:http2` hands to a listener. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

/** What is in flight, by the response: an exchange; or its stream, once that has no need of the exchange. */
export type NodeExchanges = Exchanges<NodeResponse, NodeExchange | NodeSink>;

/** What every exchange of one listener shares. */
export interface NodeExchangeSettings extends NodeSinkSettings {
  readonly exchanges: NodeExchanges;
  readonly onerror: (error: Error, request: HttpRequest) => void;
  /** Listens to every response's `close`: one for all of them, because a closure for each idle stream adds up. */
  readonly onclose: (this: NodeResponse) => void;
}

export function createNodeExchangeSettings(
  exchanges: NodeExchanges,
  highWaterMarkBytes: number,
  onerror: NodeExchangeSettings['onerror'],
): NodeExchangeSettings {
  const settings: NodeExchangeSettings = {
    exchanges,
    highWaterMarkBytes,
    onerror,
    onclose() {
      exchanges.get(this)?.onresponseclose();
    },
    onstreamerror: (res, sink, error) => NodeExchange.failStream(settings, res, sink, error),
  };
  return settings;
}

/** Stands for a response that was answered with, and is of no more use. */
const ANSWERED: HttpResponse = Object.freeze({ status: 0 });

/** An unread request body up to this size is read and thrown away, so that the connection lives on. */
const MAX_DISCARDED_BYTES = 64 * 1024;

/**
 * One request and its response on Node, both HTTP/1.1 and, by the compatibility API, HTTP/2. While a stream stands open, nothing holds on to
 * this object but whoever has the request: see `letGo`.
 */
export class NodeExchange implements HttpRequest, Exchange, NodeSinkOwner {
  /** A callback of a stream's has thrown, and its exchange was let go: another one tells `onerror`, and cuts it off. */
  static failStream(settings: NodeExchangeSettings, res: NodeResponse, sink: NodeSink, error: unknown): void {
    const exchange = new NodeExchange(settings, res.req, res, false);
    exchange.#response = ANSWERED;
    exchange.#sink = sink;
    exchange.fail(error);
  }

  readonly method: string;
  readonly url: string;
  readonly headers: HttpHeaders;
  readonly res: ServerResponse;
  principal: Principal | undefined;
  parsedBody: unknown;
  readonly #settings: NodeExchangeSettings;
  readonly #req: IncomingMessage;
  readonly #isHttp2: boolean;
  /** The client waits for 100 Continue before it sends the body. */
  #mustContinue: boolean;
  #body: NodeBody | undefined;
  #controller: AbortController | undefined;
  #sink: NodeSink | undefined;
  #response: HttpResponse | undefined;
  #closed = false;
  #onclose: ((aborted: boolean) => void) | undefined;
  /** The stream stands for itself. */
  #isLetGo = false;
  /** An HTTP/2 stream lets go of its socket when it ends, and somebody may still ask. */
  readonly #connection: { readonly remoteAddress?: string | undefined; readonly encrypted?: boolean } | undefined;

  constructor(settings: NodeExchangeSettings, req: NodeRequest, res: NodeResponse, mustContinue: boolean) {
    this.#settings = settings;
    // The compatibility API has every method of the HTTP/1.1 one that is used here.
    this.#req = req as IncomingMessage;
    this.res = res as ServerResponse;
    this.#isHttp2 = req.httpVersionMajor === 2;
    this.#mustContinue = mustContinue;
    this.method = req.method as string;
    this.url = req.url as string;
    this.headers = this.#isHttp2
      ? fromHttp2Headers(req.headers as Record<string, string | string[] | undefined>)
      : (req.headers as HttpHeaders);
    if (!this.url.startsWith('/') && this.url !== '*') {
      const { target, headers } = fromAbsoluteForm(this.url, this.headers);
      this.url = target;
      this.headers = headers;
    }
    this.#connection = this.#isHttp2 ? (req as Http2ServerRequest).stream.session?.socket : req.socket;
    const other = settings.exchanges.get(res);
    // Two for one response: a mistake of whoever calls this, but each has to hear of the end.
    if (other) this.res.on('close', () => other.onresponseclose());
    settings.exchanges.set(res, this);
    this.res.on('close', settings.onclose);
  }

  get onclose(): ((aborted: boolean) => void) | undefined {
    return this.#onclose;
  }

  set onclose(listener: ((aborted: boolean) => void) | undefined) {
    this.#onclose = listener;
    this.#hold();
  }

  get path(): string {
    const mark = this.url.indexOf('?');
    return mark < 0 ? this.url : this.url.slice(0, mark);
  }

  get query(): string {
    const mark = this.url.indexOf('?');
    return mark < 0 ? '' : this.url.slice(mark + 1);
  }

  get body(): NodeBody {
    if (!this.#body) {
      this.#body = new NodeBody(this.#req, this.#mustContinue ? () => this.#continue() : undefined);
      this.#hold();
    }
    return this.#body;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.isClosed && wasAborted(this.res)) this.#abortSignal();
      this.#hold();
    }
    return this.#controller.signal;
  }

  get isClosed(): boolean {
    return this.#closed || (this.#isLetGo && this.#sink?.isOver === true);
  }

  get remoteAddress(): string | undefined {
    return this.#connection?.remoteAddress;
  }

  get encrypted(): boolean {
    return this.#connection?.encrypted === true;
  }

  get httpVersion(): string {
    return this.#req.httpVersion;
  }

  get native(): { request: NodeRequest; response: NodeResponse } {
    return { request: this.#req, response: this.res };
  }

  /** Answers with `response`. */
  respond(response: HttpResponse): void {
    if (this.#response) return;
    this.#response = response;
    const { body } = response;
    if (typeof body === 'function') {
      if (this.#canHaveBody(response.status)) this.#stream(body);
      else if (this.sendHead(undefined)) this.res.end();
      return;
    }
    if (this.#closed || !this.sendHead(body === undefined ? 0 : Buffer.byteLength(body))) return;
    const { res } = this;
    const sendsBody = body !== undefined && body.length > 0 && this.method !== 'HEAD';
    if (this.#leavesBodyUnread()) {
      if (sendsBody) res.write(body);
      linger(this.#req, res, this.#isHttp2);
    } else if (sendsBody) res.end(body);
    else res.end();
  }

  /** Answers a handler that threw, and tells `onerror` unless it threw an answer. */
  fail(thrown: unknown): void {
    if (isHttpError(thrown)) {
      if (thrown.status >= 500) this.#settings.onerror(thrown, this);
      this.#replace(thrown.toResponse());
      return;
    }
    const error = thrown instanceof Error ? thrown : new Error(`The handler threw ${String(thrown)}`);
    this.#settings.onerror(error, this);
    this.#replace(textResponse(500, 'Internal Server Error\n'));
  }

  sendHead(lengthBytes: number | undefined): boolean {
    if (this.#closed || this.res.destroyed) return false;
    const { status, headers } = this.#response as HttpResponse;
    try {
      assertStatus(status);
      this.res.writeHead(status, this.#fields(status, headers, lengthBytes) as string[]);
      if (this.#sink) {
        this.#response = ANSWERED;
        if (lengthBytes === undefined) compactHead(this.res);
      }
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  /**
   * The stream stands open, and may do so for long: unless somebody waits to hear of its end here, it stands for itself, and this object is
   * the garbage collector's. Whoever has kept the request, and asks to hear of its end later, brings it back.
   */
  letGo(sink: NodeSink): void {
    if (this.#closed || this.#onclose || this.#controller || (this.#body && !this.#req.complete)) return;
    this.#isLetGo = true;
    this.#settings.exchanges.set(this.res, sink);
  }

  /** The response is over, and so is the request. */
  onresponseclose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#settings.exchanges.delete(this.res);
    const aborted = wasAborted(this.res);
    if (aborted && this.#controller) this.#abortSignal();
    this.#body?.cut();
    this.#sink?.finish(aborted);
    this.#onclose?.(aborted);
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

  /** Somebody waits to hear of the end, or reads the body. */
  #hold(): void {
    if (!this.#isLetGo || this.isClosed) return;
    this.#isLetGo = false;
    this.#settings.exchanges.set(this.res, this);
  }

  #stream(body: BodyWriter): void {
    const sink = new NodeSink(this, this.res, this.#settings);
    this.#sink = sink;
    // Too late, but whoever set something up for this stream has to hear of it.
    if (this.#closed) process.nextTick(() => sink.finish(true));
    else if (this.#isHttp2) {
      // Clients that reset a stream without an error code, as undici does, have Node wait for what is written to leave; it never does.
      const { stream } = this.res as unknown as Http2ServerResponse;
      stream.once('aborted', () => {
        if (stream.rstCode === Http2ErrorCode.NO_ERROR) stream.destroy();
      });
    }
    try {
      const written = body(sink);
      if (written) {
        written.then(
          () => sink.end(),
          (error: unknown) => this.fail(error),
        );
      }
    } catch (error) {
      this.fail(error);
    }
  }

  /** Puts another response in the place of one that did not work out; cuts it off if it is under way. */
  #replace(response: HttpResponse): void {
    if (this.isClosed) return;
    if (this.res.headersSent) {
      abortResponse(this.res);
      return;
    }
    this.#sink?.finish(true);
    this.#sink = undefined;
    this.#response = undefined;
    this.respond(response);
  }

  /** A flat list, as `writeHead` takes it: a copied object that gets one more property costs a microsecond. */
  #fields(
    status: number,
    headers: HttpResponseHeaders | undefined,
    lengthBytes: number | undefined,
  ): (string | number | readonly string[])[] {
    const fields: (string | number | readonly string[])[] = [];
    if (this.#isHttp2 && headers) assertHeaders(headers);
    for (const name in headers) {
      if (!framing.has(name) && !(this.#isHttp2 && hopByHop.has(name))) fields.push(name, headers[name] as string);
    }
    if (lengthBytes !== undefined && status !== 204 && status !== 304) fields.push('content-length', lengthBytes);
    if (!this.#isHttp2 && (this.#settings.exchanges.draining || this.#leavesBodyUnread())) fields.push('connection', 'close');
    return fields;
  }

  #canHaveBody(status: number): boolean {
    return this.method !== 'HEAD' && status !== 204 && status !== 304;
  }

  /** The rest of the request is not worth reading, or must not be read: the response ends the connection. */
  #leavesBodyUnread(): boolean {
    const req = this.#req;
    if (req.complete) return false;
    if (this.#body?.isCancelled || this.#mustContinue) return true;
    const length = contentLength(req);
    if (length !== undefined) return length > MAX_DISCARDED_BYTES;
    return this.#isHttp2
      ? !(this.res as unknown as Http2ServerResponse).stream.endAfterHeaders
      : req.headers['transfer-encoding'] !== undefined;
  }

  #continue(): void {
    this.#mustContinue = false;
    this.res.writeContinue();
  }

  #abortSignal(): void {
    this.#controller?.abort(new DOMException('The client went away before it had the whole response.', 'AbortError'));
  }
}

/** Where a body ends is this file's to say. */
const framing = new Set(['content-length', 'transfer-encoding']);
/** What concerns one connection only; HTTP/2 has frames for it (RFC 9113 section 8.2.2). */
const hopByHop = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade']);
