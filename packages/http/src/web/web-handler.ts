import { DEFAULT_HIGH_WATER_MARK_BYTES } from '../body-sink.js';
import { type CloseOptions, Exchanges } from '../exchanges.js';
import type { HttpHandler, HttpRequest } from '../message.js';
import type { Principal } from '../principal.js';
import { reportError } from '../report-error.js';
import { WebExchange, type WebExchangeSettings } from './web-exchange.js';

export interface FetchHandlerOptions {
  /** Told when a handler throws something that is no `HttpError` below 500, and when a body fails half-way. Default: console.error. */
  onerror?: ((error: Error, request: HttpRequest) => void) | undefined;
  /** How much a stream queues before `sink.write` returns false. Default 64 KiB. */
  highWaterMarkBytes?: number | undefined;
}

/** What somebody in front of the handler knows about a request. */
export interface FetchRequestExtras {
  remoteAddress?: string | undefined;
  parsedBody?: unknown;
  principal?: Principal | undefined;
}

/** `fetch(Request): Promise<Response>` for Bun, Deno, workers and Hono. */
export interface FetchHandler {
  (request: Request, extras?: FetchRequestExtras): Promise<Response>;
  /** Requests being answered. */
  readonly inFlight: number;
  /** Answers what is in flight, refuses what comes after with 503, ends the streams. Resolves shortly after `graceMs` at the latest. */
  close(options?: CloseOptions): Promise<void>;
}

/** Serves `handler` where requests are `Request` objects. The promise never rejects. */
export function toFetchHandler(handler: HttpHandler, options: FetchHandlerOptions = {}): FetchHandler {
  const exchanges = new Exchanges<WebExchange, WebExchange>();
  const settings: WebExchangeSettings = {
    highWaterMarkBytes: options.highWaterMarkBytes ?? DEFAULT_HIGH_WATER_MARK_BYTES,
    onerror: options.onerror ?? reportError,
    onover: (exchange) => exchanges.delete(exchange),
  };

  async function serve(exchange: WebExchange): Promise<void> {
    try {
      exchange.respond(await handler(exchange));
    } catch (error) {
      exchange.fail(error);
    }
  }

  const fetchHandler = (request: Request, extras?: FetchRequestExtras): Promise<Response> =>
    new Promise((resolve) => {
      const exchange = new WebExchange(settings, request, extras?.remoteAddress, resolve);
      if (extras) {
        exchange.parsedBody = extras.parsedBody;
        exchange.principal = extras.principal;
      }
      exchanges.set(exchange, exchange);
      if (exchanges.draining) exchange.expire();
      else void serve(exchange);
    });

  return Object.defineProperties(fetchHandler, {
    inFlight: { get: () => exchanges.size },
    close: { value: (closeOptions: CloseOptions = {}) => exchanges.drain(closeOptions.graceMs) },
  }) as FetchHandler;
}
