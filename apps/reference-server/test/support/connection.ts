import { createMemoryPair, type JsonRpcError, type Params, Peer, type RequestOptions } from '@mcpwire/jsonrpc';
import { expect, onTestFinished } from 'vitest';
import { createReferenceServer, type ReferenceServer, type ReferenceServerOptions } from '../../src/server.js';
import { Witness } from './witness.js';

export const clientInfo = { name: 'test', version: '1.0.0' };
export const legacyVersions = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'] as const;
export const modernVersion = '2026-07-28';
export const everyVersion = [...legacyVersions, modernVersion] as const;

/** The `_meta` of a modern request. */
export function envelope(capabilities: object = {}, version: string = modernVersion): Params {
  return {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
}

export interface Connection {
  readonly server: ReferenceServer;
  readonly client: Peer;
  readonly witness: Witness;
  /** Notifications of the server, as `[method, params]`, in order. */
  readonly notifications: [string, Params][];
  /** What the server reported and told nobody. */
  readonly serverErrors: Error[];
  /** Sends a request as the connection's revision wants it. */
  readonly request: <Result = Params>(method: string, params?: Params, options?: RequestOptions) => Promise<Result>;
  readonly callTool: (
    name: string,
    args?: Params,
    options?: RequestOptions,
  ) => Promise<{ content: { text: string }[]; isError?: boolean } & Params>;
}

/** A client and a server in one process, without a handshake yet. Whatever the server sends is checked when the test ends. */
export async function connect(options: ReferenceServerOptions = {}, modern?: { capabilities: object }): Promise<Connection> {
  const [left, right] = createMemoryPair();
  const witness = new Witness(right);
  const serverErrors: Error[] = [];
  const server = createReferenceServer(right, { onerror: (error) => serverErrors.push(error), ...options });
  const client = new Peer(left);
  const notifications: [string, Params][] = [];
  for (const kind of ['message', 'cancelled', 'resources/updated', 'subscriptions/acknowledged', 'progress']) {
    client.handleNotification(`notifications/${kind}`, (params) => {
      notifications.push([`notifications/${kind}`, params]);
    });
  }
  await server.start();
  await client.start();
  onTestFinished(async () => {
    await client.close();
    await server.closed;
    expect(witness.violations).toEqual([]);
    expect(server.peer.inFlightRequests).toBe(0);
  });
  const request = <Result>(method: string, params: Params = {}, requestOptions?: RequestOptions): Promise<Result> =>
    client.request<Result>(
      method,
      modern ? { ...params, _meta: { ...envelope(modern.capabilities), ...(params._meta as object) } } : params,
      requestOptions,
    );
  return {
    server,
    client,
    witness,
    notifications,
    serverErrors,
    request,
    callTool: (name, args, requestOptions) => request('tools/call', { name, ...(args && { arguments: args }) }, requestOptions),
  };
}

/** A connection that speaks `version`, past its handshake if it has one. */
export async function connectAs(version: string, options: ReferenceServerOptions & { capabilities?: object } = {}): Promise<Connection> {
  const { capabilities = {}, ...serverOptions } = options;
  if (version === modernVersion) return connect(serverOptions, { capabilities });
  const connection = await connect(serverOptions);
  await connection.client.request('initialize', { protocolVersion: version, capabilities, clientInfo });
  await connection.client.notify('notifications/initialized');
  return connection;
}

/** What a request was refused with. */
export async function refusal(request: Promise<unknown>): Promise<{ code: number; message: string; data: unknown }> {
  const error = (await request.then(
    () => undefined,
    (reason: unknown) => reason,
  )) as JsonRpcError | undefined;
  expect(error, 'the request was answered').toBeDefined();
  const { code, message, data } = error as JsonRpcError;
  return { code, message, data };
}

/** Waits until a condition holds; a test that waits for nothing runs into its timeout. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
