import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import type { Credentials } from '../../../load/http/credentials.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    http2: { type: 'boolean', default: false },
    credentials: { type: 'string' },
    'heartbeat-ms': { type: 'string' },
    events: { type: 'boolean', default: false },
    'cancel-on-disconnect': { type: 'boolean', default: false },
  },
});

/** How this process was asked to reply: its first argument. */
export const replies: 'json' | 'sse' = positionals[0] === 'sse' ? 'sse' : 'json';

/** The Unix socket, or named pipe, that it was asked to listen on instead of a port: its second argument. */
export const socketPath: string | undefined = positionals[1];

/** The key and certificate to serve over TLS with, and whether over HTTP/2 then: `--credentials`, `--http2`. */
export const tls: Credentials | undefined = values.credentials === undefined ? undefined : (JSON.parse(values.credentials) as Credentials);
export const http2: boolean = values.http2;

/** How long a stream may be quiet until it gets a comment: `--heartbeat-ms`. Undefined: as the target does by itself. */
export const heartbeatMs: number | undefined = values['heartbeat-ms'] === undefined ? undefined : Number(values['heartbeat-ms']);

/** Whether it keeps what it sends, for those who come back for it: `--events`. */
export const keepsEvents: boolean = values.events;

/** Whether a client that goes away cancels its requests, where that is a matter of choice: `--cancel-on-disconnect`. */
export const cancelOnDisconnect: boolean = values['cancel-on-disconnect'];

/** How long a connection may be idle: longer than the turns that the other targets take. */
export const keepAliveMs = 60_000;

/** A server of Node as this process was asked to be reached: plain, over TLS, or over HTTP/2. */
export function createAskedServer(listener: RequestListener): Server {
  if (tls === undefined) return createServer(listener);
  return http2 ? (createSecureServer(tls, listener as never) as unknown as Server) : createTlsServer(tls, listener);
}

/** Listens on a free port of the loopback interface, or on `socketPath`, and says where. The process ends with its standard input. */
export async function listen(server: Server, path: string): Promise<void> {
  server.keepAliveTimeout = keepAliveMs;
  if (socketPath === undefined) server.listen(0, '127.0.0.1');
  else server.listen(socketPath);
  await once(server, 'listening');
  announce(socketPath === undefined ? (server.address() as AddressInfo).port : 80, path);
}

/** Says on standard output where this process serves, and ends it when its standard input does. */
export function announce(port: number, path: string): void {
  process.stdout.write(`${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}${path}\n`);
  process.stdin.on('end', () => process.exit()).resume();
}
