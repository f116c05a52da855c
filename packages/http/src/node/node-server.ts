import { createServer as createPlainServer, Server as PlainServer, type Server } from 'node:http';
import type { Http2SecureServer, Http2Server, Http2Session } from 'node:http2';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { type CloseOptions, DEFAULT_GRACE_MS } from '../exchanges.js';
import type { HttpHandler } from '../message.js';
import { DEFAULT_MAX_HEADER_BYTES, MAX_HEADER_FIELDS, type NodeHandler, type NodeHandlerOptions, toNodeHandler } from './node-handler.js';

export interface HttpServerOptions extends NodeHandlerOptions {
  handler: HttpHandler;
  /** What to listen on. Default 127.0.0.1: reachable from this machine only. */
  host?: string | undefined;
  /** Default 0: any free port. */
  port?: number | undefined;
  /** `key` and `cert`, and whatever else `tls.createServer` takes. */
  tls?: TlsOptions | undefined;
  /** HTTP/2: beside HTTP/1.1 over TLS; alone, and only for clients that know it, without. Default false. */
  http2?: boolean | undefined;
  /** For the request's headers to arrive, and the TLS handshake. Past it: 408, or the connection is closed. Default 20 s. */
  headersTimeoutMs?: number | undefined;
  /** For the whole request to arrive, its body included. HTTP/1.1 only; `readBody` has a limit of its own. Default 60 s. */
  requestTimeoutMs?: number | undefined;
  /** How long a connection without a request stays open. Default 65 s: longer than what load balancers in front wait. */
  keepAliveTimeoutMs?: number | undefined;
  /** Connections at once; one more is closed at once. Default: no limit but the system's. */
  maxConnections?: number | undefined;
  /** Requests at once over one HTTP/2 connection. Default 256. */
  maxConcurrentStreams?: number | undefined;
}

export interface HttpServer {
  /** `http://127.0.0.1:49152`, without a slash at the end. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Requests being answered. */
  readonly inFlight: number;
  /**
   * Takes no more connections, answers what is in flight, refuses what comes after with 503, ends the streams, and then
   * closes every connection. Resolves when all of it is gone: shortly after `graceMs` (default 5 s) at the latest. May be
   * called again, to wait for less.
   */
  close(options?: CloseOptions): Promise<void>;
}

const DEFAULT_KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** How often Node looks for requests that have run out of time: a limit is kept to about a quarter of itself, and to 5 s. */
function checkingIntervalMs(...limitsMs: number[]): number {
  return Math.min(5_000, ...limitsMs.filter((limitMs) => limitMs > 0).map((limitMs) => Math.ceil(limitMs / 4)));
}

/**
 * Listens, and serves `handler`.
 * @throws (as a rejection) what Node says when it can't listen: EADDRINUSE, EACCES, a key that does not fit.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host = '127.0.0.1', port = 0, tls } = options;
  const nodeHandler = toNodeHandler(options.handler, options);
  const server = await createServer(options, nodeHandler);
  server.on('checkContinue', nodeHandler.checkContinue);
  if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections;

  const sockets = isPlain(server) ? undefined : trackSockets(server);
  const sessions = new Set<Http2Session>();
  server.on('session', (session: Http2Session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    closeWhenIdle(session, options.keepAliveTimeoutMs ?? DEFAULT_KEEP_ALIVE_TIMEOUT_MS);
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;

  async function close(graceMs: number): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      // Newer versions of Node say goodbye to every HTTP/2 client here, and some clients give up then what is in flight.
      if (options.http2) NetServer.prototype.close.call(server, () => resolve());
      else server.close(() => resolve());
    });
    await nodeHandler.close({ graceMs });
    const deadline = setTimeout(() => {
      if (isPlain(server)) server.closeAllConnections();
      for (const socket of sockets ?? []) socket.destroy();
    }, DESTROY_MS);
    // Says goodbye first, so that a client knows that it may send elsewhere what was not answered.
    await Promise.all([...sessions].map(goodbye));
    // Every response has left: nothing is cut off. Where one has not, the deadline will.
    if (isPlain(server) && nodeHandler.inFlight === 0) server.closeAllConnections();
    for (const socket of sockets ?? []) socket.destroySoon();
    if (options.http2) server.close();
    await ended;
    clearTimeout(deadline);
  }

  return {
    url: `${tls ? 'https' : 'http'}://${toUrlHost(host, address)}:${address.port}`,
    host: address.address,
    port: address.port,
    get inFlight() {
      return nodeHandler.inFlight;
    },
    close({ graceMs = DEFAULT_GRACE_MS } = {}) {
      if (closed) void nodeHandler.close({ graceMs });
      else closed = close(graceMs);
      return closed;
    },
  };
}

/** It knows its connections itself, and all that is kept for each of them adds up. Over TLS it does not know them before the handshake. */
function isPlain(server: Server | Http2Server | Http2SecureServer): server is Server {
  return server instanceof PlainServer;
}

/** The connections of a server that does not know them; live. */
function trackSockets(server: NetServer): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  const forget = function (this: Socket): void {
    sockets.delete(this);
  };
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', forget);
  });
  return sockets;
}

/** For what is written to leave a socket that is being closed. */
const DESTROY_MS = 250;

/** Resolves when the session has ended itself; its socket's being destroyed ends it too. */
function goodbye(session: Http2Session): Promise<void> {
  return new Promise((resolve) => {
    if (session.destroyed) resolve();
    else {
      // A callback of its own would not be called where the session is closing already.
      session.once('close', () => resolve());
      session.close();
    }
  });
}

/** TLS and HTTP/2 are loaded when they are asked for: that takes longer than to import all else. */
async function createServer(options: HttpServerOptions, nodeHandler: NodeHandler): Promise<Server | Http2Server | Http2SecureServer> {
  const { tls, http2 = false, maxHeaderBytes = DEFAULT_MAX_HEADER_BYTES, keepAliveTimeoutMs = DEFAULT_KEEP_ALIVE_TIMEOUT_MS } = options;
  const { headersTimeoutMs = 20_000, requestTimeoutMs = 60_000 } = options;
  const http1 = {
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: checkingIntervalMs(headersTimeoutMs, requestTimeoutMs),
    // Two Host fields, or two tokens, must not look like one: joined, no guard lets them pass.
    joinDuplicateHeaders: true,
  };
  const secure = { ...tls, handshakeTimeout: headersTimeoutMs };
  if (!http2) {
    const server = tls
      ? (await import('node:https')).createServer({ ...secure, ...http1 }, nodeHandler)
      : createPlainServer(http1, nodeHandler);
    // One more than is served, so that the handler sees that there are too many.
    server.maxHeadersCount = MAX_HEADER_FIELDS + 1;
    return server;
  }
  const h2 = {
    settings: { maxConcurrentStreams: options.maxConcurrentStreams ?? 256, maxHeaderListSize: maxHeaderBytes },
    maxHeaderListPairs: maxHeaderBytes / 32,
  };
  const { createServer: createH2cServer, createSecureServer } = await import('node:http2');
  const server = tls ? createSecureServer({ ...secure, ...h2, ...http1, allowHTTP1: true }, nodeHandler) : createH2cServer(h2, nodeHandler);
  // For the HTTP/1.1 connections of a secure server: it has these as properties, and not as options.
  return Object.assign(server, http1);
}

/** An open stream that is quiet keeps its connection; a connection without one does not stay. */
function closeWhenIdle(session: Http2Session, timeoutMs: number): void {
  let streams = 0;
  session.on('stream', (stream) => {
    streams++;
    stream.once('close', () => streams--);
  });
  session.setTimeout(timeoutMs, () => {
    if (streams === 0) session.close();
  });
}

function toUrlHost(host: string, address: AddressInfo): string {
  // What listens on every address is reached by name.
  if (address.address === '::' || address.address === '0.0.0.0') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
