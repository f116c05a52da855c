// The official SDK's clients on their own transports, in one form.
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport as TransportTypeV1 } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';

export type ClientKind = 'v1' | 'v2 legacy' | 'v2 auto' | 'v2 pin';

export interface CallOptions {
  signal?: AbortSignal;
  onprogress?: (progress: { progress: number }) => void;
}

export interface TestClient {
  /** The revision that was agreed on. */
  readonly revision: string | undefined;
  readonly sessionId: string | undefined;
  readonly logs: unknown[];
  readonly updates: string[];
  readonly errors: Error[];
  listTools(): Promise<string[]>;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<string>;
  subscribe(uri: string): Promise<void>;
  /** Ends the session by DELETE. */
  terminate(): Promise<void>;
  close(): Promise<void>;
}

const ROOTS = { roots: [{ uri: 'file:///home/user', name: 'home' }] };
const SAMPLED = { model: 'test', role: 'assistant' as const, content: { type: 'text' as const, text: 'blue' } };
const ELICITED = { action: 'accept' as const, content: { age: 42 } };
/** What the tool `ask` answers when it was answered so. */
export const ASKED: string = JSON.stringify([ROOTS.roots, SAMPLED.content, ELICITED.content]);

const CAPABILITIES = { roots: {}, sampling: {}, elicitation: {} };
/** So that a test need not wait a second for a client to come back. */
const RECONNECTION = { initialReconnectionDelay: 10, maxReconnectionDelay: 50, reconnectionDelayGrowFactor: 1.5, maxRetries: 20 };

function textOf(result: unknown): string {
  const { content, isError } = result as { content: Array<{ text: string }>; isError?: boolean };
  const text = content[0]?.text ?? '';
  if (isError) throw new Error(`The tool failed: ${text}`);
  return text;
}

export interface ConnectOptions {
  revision: string;
  requestInit?: RequestInit;
}

export async function connectClient(kind: ClientKind, url: string, options: ConnectOptions): Promise<TestClient> {
  return kind === 'v1' ? await connectV1(url, options) : await connectV2(kind, url, options);
}

async function connectV1(url: string, { revision, requestInit }: ConnectOptions): Promise<TestClient> {
  const [logs, updates, errors]: [unknown[], string[], Error[]] = [[], [], []];
  const client = new ClientV1({ name: 'test', version: '1.0.0' }, { capabilities: CAPABILITIES });
  client.onerror = (error) => errors.push(error);
  client.setRequestHandler(ListRootsRequestSchema, () => ROOTS);
  client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLED);
  client.setRequestHandler(ElicitRequestSchema, () => ELICITED);
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logs.push(params.data));
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void updates.push(params.uri));
  const transport = new TransportV1(new URL(url), { ...(requestInit && { requestInit }), reconnectionOptions: RECONNECTION });
  let agreed: string | undefined;
  const setProtocolVersion = transport.setProtocolVersion.bind(transport);
  transport.setProtocolVersion = (version) => {
    agreed = version;
    setProtocolVersion(version);
  };
  // This client has no option for the revision that it asks for.
  const send = transport.send.bind(transport);
  transport.send = (message, sendOptions) => {
    if ('method' in message && message.method === 'initialize') (message.params as { protocolVersion: string }).protocolVersion = revision;
    return send(message, sendOptions);
  };
  await client.connect(transport as TransportTypeV1);
  return {
    get revision() {
      return agreed;
    },
    get sessionId() {
      return transport.sessionId;
    },
    logs,
    updates,
    errors,
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, options = {}) => textOf(await client.callTool({ name, arguments: args }, undefined, options)),
    subscribe: async (uri) => void (await client.subscribeResource({ uri })),
    terminate: () => transport.terminateSession(),
    close: () => client.close(),
  };
}

async function connectV2(kind: Exclude<ClientKind, 'v1'>, url: string, { revision, requestInit }: ConnectOptions): Promise<TestClient> {
  const [logs, updates, errors]: [unknown[], string[], Error[]] = [[], [], []];
  const mode = kind === 'v2 auto' ? ('auto' as const) : kind === 'v2 pin' ? { pin: revision } : ('legacy' as const);
  const client = new ClientV2(
    { name: 'test', version: '2.0.0' },
    {
      capabilities: CAPABILITIES,
      versionNegotiation: { mode },
      // The first that is supported is the one that is asked for.
      ...(kind === 'v2 legacy' && { supportedProtocolVersions: [revision] }),
    },
  );
  client.onerror = (error) => errors.push(error);
  client.setRequestHandler('roots/list', () => ROOTS);
  client.setRequestHandler('sampling/createMessage', () => SAMPLED);
  client.setRequestHandler('elicitation/create', () => ELICITED);
  client.setNotificationHandler('notifications/message', ({ params }) => void logs.push(params.data));
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void updates.push(params.uri));
  const transport = new TransportV2(new URL(url), { ...(requestInit && { requestInit }), reconnectionOptions: RECONNECTION });
  await client.connect(transport);
  return {
    get revision() {
      return client.getNegotiatedProtocolVersion();
    },
    get sessionId() {
      return transport.sessionId;
    },
    logs,
    updates,
    errors,
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, options = {}) => textOf(await client.callTool({ name, arguments: args }, options)),
    subscribe: async (uri) => void (await client.subscribeResource({ uri })),
    terminate: () => transport.terminateSession(),
    close: () => client.close(),
  };
}
