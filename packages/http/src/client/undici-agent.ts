import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { Agent, buildConnector, Client, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import type { Proxies } from './proxies.js';

/** What of `tls.connect` a client may want to set: a private authority, a certificate of its own. */
export type ClientTlsOptions = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'rejectUnauthorized' | 'servername'>;

export interface UndiciAgentOptions {
  tls: ClientTlsOptions | undefined;
  http2: boolean;
  maxConnections: number | undefined;
  connectTimeoutMs: number;
  /** To send over; none where undefined. */
  proxies: Proxies | undefined;
}

/** What an HTTP/2 connection carries at once, before a second one is opened. */
const MAX_STREAMS = 100;

/** Which protocol the servers speak that have been met, and where to wait until one is known. */
export interface KnownProtocols {
  /** Resolves when it is known whether requests to `origin` can share a connection. At once except while the first connection is made. */
  settled(origin: string): Promise<void> | undefined;
}

/** A pool of connections for every origin, over a proxy where the environment says so. */
export function createAgent(options: UndiciAgentOptions): { dispatcher: Dispatcher; protocols: KnownProtocols } {
  const { tls, http2, maxConnections, connectTimeoutMs } = options;
  const common = { connections: maxConnections ?? null, bodyTimeout: 0 };
  const connect = { ...tls, timeout: connectTimeoutMs };
  if (options.proxies) {
    return {
      dispatcher: new EnvHttpProxyAgent({ ...common, ...options.proxies, connect, requestTls: connect, connectTimeout: connectTimeoutMs }),
      protocols: { settled: () => undefined },
    };
  }
  const protocols = new FirstConnections(http2);
  const connector = buildConnector({ ...connect, allowH2: http2 });
  const createClient = (origin: URL, clientOptions: object): Client => {
    const client = new Client(origin, {
      ...clientOptions,
      connect: (target, callback) =>
        connector(target, (...result) => {
          const [error, socket] = result;
          // Only HTTP/2 can have several requests under way; over HTTP/1.1 one would wait for the stream before it.
          if (!error) client.pipelining = (socket as TLSSocket).alpnProtocol === 'h2' ? MAX_STREAMS : 1;
          protocols.settle(origin.origin);
          callback(...result);
        }),
    });
    return client;
  };
  const factory = (origin: string | URL, poolOptions: object): Dispatcher => new Pool(origin, { ...poolOptions, factory: createClient });
  return { dispatcher: new Agent({ ...common, factory }), protocols };
}

/**
 * Holds requests to an https origin back while the first connection to it is being made. Without that, each of a burst
 * would get a connection of its own, although one may be able to carry them all.
 */
class FirstConnections implements KnownProtocols {
  readonly #enabled: boolean;
  readonly #met = new Map<string, { promise: Promise<void>; resolve: () => void } | undefined>();

  constructor(enabled: boolean) {
    this.#enabled = enabled;
  }

  settled(origin: string): Promise<void> | undefined {
    if (!this.#enabled || !origin.startsWith('https:')) return undefined;
    if (this.#met.has(origin)) return this.#met.get(origin)?.promise;
    let resolve = (): void => {};
    const promise = new Promise<void>((settle) => {
      resolve = settle;
    });
    this.#met.set(origin, { promise, resolve });
    // The first one does not wait for itself.
    return undefined;
  }

  /** A connection was made, or could not be. */
  settle(origin: string): void {
    this.#met.get(origin)?.resolve();
    this.#met.set(origin, undefined);
  }
}
