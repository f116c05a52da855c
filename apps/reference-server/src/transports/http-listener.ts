import { readFile } from 'node:fs/promises';
import process from 'node:process';
import type { TlsOptions } from 'node:tls';
import { crossOrigin, type HttpHandler, LOOPBACK_HOSTS, textResponse } from '@mcpwire/http';
import { createHttpServer, type HttpServer } from '@mcpwire/http/node';
import { withAuthorization } from './authorization.js';
import type { HttpOptions } from './http-options.js';
import type { ServeOptions } from './transport.js';

/** Who serves which path. */
export type Routes = Readonly<Record<string, HttpHandler>>;

/** Listens, and says on stderr where. */
export async function listen(routes: Routes, options: HttpOptions, { log }: ServeOptions): Promise<HttpServer> {
  const server = await createHttpServer({
    handler: crossOrigin(route(withAuthorization(routes, options), Object.keys(routes)), { allowedHosts: allowedHosts(options) }),
    host: options.host,
    port: options.port,
    ...(options.tls && { tls: await readTls(options) }),
    http2: options.http2,
    onerror: (error) => log?.(`${error.name}: ${error.message}`),
  });
  const urls = Object.keys(routes).filter((path) => path !== '/messages');
  process.stderr.write(`mcpwire-reference-server: listening on ${urls.map((path) => server.url + path).join(' and ')}\n`);
  return server;
}

/** The names that requests may be addressed to, for the guards of the handlers. */
export function allowedHosts({ allowHost }: HttpOptions): string[] {
  return [...LOOPBACK_HOSTS, ...allowHost];
}

function route(routes: Routes, served: readonly string[]): HttpHandler {
  return (request) => {
    const handler = Object.hasOwn(routes, request.path) ? routes[request.path] : undefined;
    if (handler) return handler(request);
    return textResponse(404, `Nothing is served at this path. These are: ${served.join(', ')}\n`);
  };
}

async function readTls({ cert, key }: HttpOptions): Promise<TlsOptions> {
  if (cert !== undefined && key !== undefined) return { cert: await readFile(cert), key: await readFile(key) };
  // Loaded when it is wanted: it brings a library for certificates with it.
  const { generate } = await import('selfsigned');
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}
