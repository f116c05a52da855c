import { type BodySink, DEFAULT_HIGH_WATER_MARK_BYTES } from '../body-sink.js';
import { type CloseOptions, Exchanges } from '../exchanges.js';
import { HttpError } from '../http-error.js';
import type { HttpHandler, HttpRequest, HttpResponse } from '../message.js';
import type { Principal } from '../principal.js';
import { reportError } from '../report-error.js';
import { createNodeExchangeSettings, NodeExchange, type NodeExchanges, type NodeRequest } from './node-exchange.js';
import type { NodeResponse } from './node-response.js';

export interface NodeHandlerOptions {
  /** Told when a handler throws something that is no `HttpError` below 500, and when a body fails half-way. Default: console.error. */
  onerror?: ((error: Error, request: HttpRequest) => void) | undefined;
  /** How much a stream queues before `sink.write` returns false. Default 64 KiB. */
  highWaterMarkBytes?: number | undefined;
  /**
   * All header fields of a request together. Past it: 431. Default 16 KiB. A server for HTTP/1.1 that is not made here has
   * a limit of its own, `maxHeaderSize`.
   */
  maxHeaderBytes?: number | undefined;
}

/** What somebody in front of the handler has found out about a request. */
export interface NodeRequestExtras {
  parsedBody?: unknown;
  principal?: Principal | undefined;
}

type Next = (error?: unknown) => void;

/** A request listener for node:http, node:https and node:http2, for Express, and for anything that has Node's two objects. */
export interface NodeHandler {
  /** @param extras Express's `next` may stand here: then `req.body` counts as the parsed body */
  (req: NodeRequest, res: NodeResponse, extras?: NodeRequestExtras | Next): void;
  /** The listener for `checkContinue`: with it, a body that is refused by its headers is never sent. */
  readonly checkContinue: (req: NodeRequest, res: NodeResponse) => void;
  /** Requests being answered. */
  readonly inFlight: number;
  /** Answers what is in flight, refuses what comes after with 503, ends the streams. Resolves shortly after `graceMs` at the latest. */
  close(options?: CloseOptions): Promise<void>;
}

/** More header fields than this are answered with 431. Node's own limit is 2,000, and silent. */
export const MAX_HEADER_FIELDS = 1_000;

export const DEFAULT_MAX_HEADER_BYTES: number = 16 * 1024;

/** Serves `handler` on Node's own HTTP objects, without a web stream in between. */
export function toNodeHandler(handler: HttpHandler, options: NodeHandlerOptions = {}): NodeHandler {
  const exchanges: NodeExchanges = new Exchanges();
  const { maxHeaderBytes = DEFAULT_MAX_HEADER_BYTES, highWaterMarkBytes = DEFAULT_HIGH_WATER_MARK_BYTES, onerror = reportError } = options;
  const settings = createNodeExchangeSettings(exchanges, highWaterMarkBytes, onerror);

  function serve(req: NodeRequest, res: NodeResponse, extras: NodeRequestExtras | Next | undefined, mustContinue: boolean): void {
    const exchange = new NodeExchange(settings, req, res, mustContinue);
    if (typeof extras === 'function') exchange.parsedBody = (req as { body?: unknown }).body;
    else if (extras) {
      exchange.parsedBody = extras.parsedBody;
      exchange.principal = extras.principal;
    }
    if (exchanges.draining) {
      exchange.expire();
      return;
    }
    const excess = headerExcess(req, maxHeaderBytes);
    if (excess !== undefined) {
      exchange.fail(new HttpError('bad-request', 431, excess));
      return;
    }
    try {
      const answer = handler(exchange);
      if ('then' in answer) {
        answer.then(
          (response) => exchange.respond(response),
          (error: unknown) => exchange.fail(error),
        );
      } else exchange.respond(answer);
    } catch (error) {
      exchange.fail(error);
    }
  }

  const nodeHandler = (req: NodeRequest, res: NodeResponse, extras?: NodeRequestExtras | Next): void => serve(req, res, extras, false);
  return Object.defineProperties(nodeHandler, {
    checkContinue: { value: (req: NodeRequest, res: NodeResponse) => serve(req, res, undefined, true) },
    inFlight: { get: () => exchanges.size },
    close: { value: (closeOptions: CloseOptions = {}) => exchanges.drain(closeOptions.graceMs) },
  }) as NodeHandler;
}

/** For responses that no handler answers for: nobody closes them all at once. */
const unmanaged: NodeExchanges = new Exchanges();
const unmanagedSettings = createNodeExchangeSettings(unmanaged, DEFAULT_HIGH_WATER_MARK_BYTES, reportError);

/**
 * Opens the body of a response that somebody else's code has, with the same queue and the same callbacks as a handler's
 * stream. The head is sent with the first write, or at the end of the tick.
 * @throws TypeError for a request that gets no body: HEAD, or with a status like 204
 */
export function openSink(res: NodeResponse, head: Omit<HttpResponse, 'body'>, options: NodeHandlerOptions = {}): BodySink {
  let sink: BodySink | undefined;
  const { highWaterMarkBytes = DEFAULT_HIGH_WATER_MARK_BYTES, onerror = reportError } = options;
  const isUsual = highWaterMarkBytes === DEFAULT_HIGH_WATER_MARK_BYTES && onerror === reportError;
  const settings = isUsual ? unmanagedSettings : createNodeExchangeSettings(unmanaged, highWaterMarkBytes, onerror);
  const exchange = new NodeExchange(settings, res.req, res, false);
  const open = (opened: BodySink): void => {
    sink = opened;
  };
  exchange.respond({ ...head, body: open });
  if (!sink) throw new TypeError(`A response to ${exchange.method} with status ${head.status} has no body to write.`);
  return sink;
}

/** What is too much about a request's headers; undefined when nothing is. */
function headerExcess(req: NodeRequest, maxHeaderBytes: number): string | undefined {
  const { rawHeaders } = req;
  // Node keeps the first ones and says nothing of the others; a guard would not see what is missing.
  if (rawHeaders.length > 2 * MAX_HEADER_FIELDS) return `The request has more than ${MAX_HEADER_FIELDS} header fields.`;
  // Over HTTP/1.1 the parser counts. Over HTTP/2 the limit is only announced.
  if (req.httpVersionMajor !== 2) return undefined;
  let bytes = 0;
  for (const text of rawHeaders) bytes += text.length;
  return bytes > maxHeaderBytes ? `The request's headers are larger than ${maxHeaderBytes} bytes.` : undefined;
}
