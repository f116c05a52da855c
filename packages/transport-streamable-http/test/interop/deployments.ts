// The ways to serve an SDK server on our transports, as their users write it.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpServer } from '@mcpwire/http/node';
import { fromFetchHandler } from '@mcpwire/http/web';
import express from 'express';
import { Hono } from 'hono';
import { StreamableHTTPServerTransport } from '../../src/node.js';
import { WebStandardStreamableHTTPServerTransport } from '../../src/server/web-standard.js';
import { createStreamableHTTPHandler } from '../../src/server.js';
import type { SdkAuthInfo } from '../../src/session/sdk-auth.js';
import type { StreamableHTTPServerTransportOptions } from '../../src/session/sdk-options.js';
import { createTestServer, type Generation, type Journal, type TestServer } from './servers.js';

export interface Deployment extends AsyncDisposable {
  readonly url: string;
  /** One for each session that was opened. */
  readonly journals: readonly Journal[];
  /** What the transports told `onerror`. */
  readonly errors: readonly Error[];
  readonly sessions: number;
}

/** The drop-in classes on three kinds of server, and the handler that owns its sessions. */
export type DeploymentKind = 'node:http' | 'Express' | 'Hono' | 'handler';

export interface DeployOptions extends StreamableHTTPServerTransportOptions {
  /** What a middleware in front has found out. */
  authInfo?: SdkAuthInfo;
}

type DropIn = StreamableHTTPServerTransport | WebStandardStreamableHTTPServerTransport;

/** The map of sessions that everybody writes who uses one transport for each. */
class SessionMap<T extends DropIn> {
  readonly transports = new Map<string, T>();
  readonly servers: TestServer[] = [];
  readonly errors: Error[] = [];
  readonly #create: (options: StreamableHTTPServerTransportOptions) => T;
  readonly #generation: Generation;
  readonly #options: StreamableHTTPServerTransportOptions;

  constructor(
    create: (options: StreamableHTTPServerTransportOptions) => T,
    generation: Generation,
    options: StreamableHTTPServerTransportOptions,
  ) {
    this.#create = create;
    this.#generation = generation;
    this.#options = options;
  }

  async find(sessionId: string | undefined): Promise<T | undefined> {
    if (sessionId !== undefined) return this.transports.get(sessionId);
    const transport = this.#create({
      sessionIdGenerator: () => randomUUID(),
      ...this.#options,
      onsessioninitialized: (id) => {
        this.transports.set(id, transport);
      },
      onsessionclosed: (id) => {
        this.transports.delete(id);
      },
    });
    const server = createTestServer(this.#generation);
    this.servers.push(server);
    await server.connect(transport);
    const { onerror } = transport;
    transport.onerror = (error) => {
      this.errors.push(error);
      onerror?.(error);
    };
    return transport;
  }

  async close(): Promise<void> {
    for (const server of this.servers) await server.close();
  }
}

export async function deploy(
  kind: DeploymentKind,
  generation: Generation,
  { authInfo, ...options }: DeployOptions = {},
): Promise<Deployment> {
  if (kind === 'handler') return await deployHandler(generation, options);
  if (kind === 'Hono') {
    const sessions = new SessionMap((each) => new WebStandardStreamableHTTPServerTransport(each), generation, options);
    const app = new Hono();
    app.all('/mcp', async (context) => {
      const transport = await sessions.find(context.req.header('mcp-session-id'));
      if (!transport) return context.text('Session not found', 404);
      return await transport.handleRequest(context.req.raw, { authInfo });
    });
    const server = await createHttpServer({ handler: fromFetchHandler(async (request) => await app.fetch(request)) });
    return toDeployment(`${server.url}/mcp`, sessions, () => server.close({ graceMs: 0 }));
  }
  const sessions = new SessionMap((each) => new StreamableHTTPServerTransport(each), generation, options);
  const serve = async (req: IncomingMessage, res: ServerResponse, body?: unknown): Promise<void> => {
    const transport = await sessions.find(req.headers['mcp-session-id'] as string | undefined);
    if (!transport) res.writeHead(404).end('Session not found');
    else await transport.handleRequest(Object.assign(req, { auth: authInfo }), res, body);
  };
  let server: Server;
  if (kind === 'Express') {
    const app = express();
    app.use(express.json({ limit: '8mb' }));
    app.all('/mcp', (req, res) => serve(req, res, req.body));
    server = createServer(app);
  } else server = createServer((req, res) => void serve(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return toDeployment(`http://127.0.0.1:${port}/mcp`, sessions, async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
}

async function deployHandler(
  generation: Generation,
  { replyMode, eventStore, retryInterval, keepAliveMs }: StreamableHTTPServerTransportOptions,
): Promise<Deployment> {
  const servers: TestServer[] = [];
  const errors: Error[] = [];
  const onerror = (error: Error): void => void errors.push(error);
  const handler = createStreamableHTTPHandler({
    async onsession(transport) {
      const server = createTestServer(generation);
      servers.push(server);
      await server.connect(transport);
      const told = transport.onerror;
      transport.onerror = (error) => {
        onerror(error);
        told?.(error);
      };
    },
    replyMode,
    eventStore,
    retryMs: retryInterval,
    keepAliveMs,
    onerror,
  });
  const server = await createHttpServer({ handler, onerror });
  return {
    url: `${server.url}/mcp`,
    get journals() {
      return servers.map(({ journal }) => journal);
    },
    errors,
    get sessions() {
      return handler.sessions.size;
    },
    async [Symbol.asyncDispose]() {
      await handler.close({ graceMs: 0 });
      await server.close({ graceMs: 0 });
    },
  };
}

function toDeployment(url: string, sessions: SessionMap<DropIn>, stop: () => Promise<unknown>): Deployment {
  return {
    url,
    get journals() {
      return sessions.servers.map(({ journal }) => journal);
    },
    errors: sessions.errors,
    get sessions() {
      return sessions.transports.size;
    },
    async [Symbol.asyncDispose]() {
      await sessions.close();
      await stop();
    },
  };
}
