import { Clients } from './clients.js';
import type { Endpoint } from './endpoints.js';
import { listen } from './http-listener.js';
import { type HttpOptions, toHttpOptions } from './http-options.js';
import type { ServeOptions, Serving } from './transport.js';

/** What to serve, and over what else than HTTP. */
export interface Service {
  readonly endpoints: readonly Endpoint[];
  /** Serves clients that do not come over HTTP, once it listens. Their end is not the end of the service. */
  readonly begin?: () => Promise<unknown>;
}

/** Listens until it is stopped. Then requests in flight are answered, streams ended, and connections closed. */
export async function serveHttp(
  options: ServeOptions,
  own: Readonly<Record<string, unknown>>,
  create: (clients: Clients, http: HttpOptions, onerror: (error: Error) => void) => Service,
): Promise<Serving> {
  const { graceMs, log } = options;
  const http = toHttpOptions(own);
  const clients = new Clients(options);
  const { endpoints, begin } = create(clients, http, (error) => log?.(`${error.name}: ${error.message}`));
  const server = await listen(Object.assign({}, ...endpoints.map(({ routes }) => routes)), http, options);
  await begin?.();
  let end: () => void;
  const closed = new Promise<void>((resolve) => {
    end = resolve;
  });
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    // The servers first: what they have to say goes over connections that the others close.
    await Promise.all([clients.stop(), server.close({ graceMs }), ...endpoints.map((endpoint) => endpoint.close({ graceMs }))]);
    end();
  };
  return {
    closed,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
