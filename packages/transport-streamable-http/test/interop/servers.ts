// One server with the same tools on either generation of the official SDK.
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  CreateMessageResultSchema,
  ElicitResultSchema,
  ListRootsResultSchema,
  SubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server';
import { z } from 'zod';

export type Generation = 'v1' | 'v2';

/** What the server did that its client cannot see. */
export interface Journal {
  cancelled: number;
  /** `AuthInfo` that handlers were given. */
  authInfo: unknown[];
  /** Sends a log message that belongs to no request. */
  log: ((text: string) => Promise<void>) | undefined;
  /** Says that a resource has changed. */
  update: ((uri: string) => Promise<void>) | undefined;
}

export interface TestServer {
  connect(transport: unknown): Promise<void>;
  close(): Promise<void>;
  readonly journal: Journal;
}

/** What a tool's handler is given by either generation, in one form. */
interface Call {
  signal: AbortSignal;
  progressToken: string | number | undefined;
  authInfo: unknown;
  notify(method: string, params: Record<string, unknown>): Promise<void>;
  ask(
    method: 'roots/list' | 'sampling/createMessage' | 'elicitation/create',
    params: Record<string, unknown>,
  ): Promise<Record<string, unknown>>;
  closeStream: (() => void) | undefined;
}

interface Tool {
  input: Record<string, z.ZodType>;
  run(args: Record<string, unknown>, call: Call, journal: Journal): Promise<string>;
}

const progressOf = (call: Call, progress: number): Promise<void> =>
  call.notify('notifications/progress', { progressToken: call.progressToken, progress });

const tools: Record<string, Tool> = {
  echo: { input: { text: z.string() }, run: async ({ text }) => String(text) },
  large: { input: { bytes: z.number() }, run: async ({ bytes }) => 'é'.repeat(Number(bytes) / 2) },
  count: {
    input: { to: z.number() },
    async run({ to }, call) {
      for (let progress = 1; progress <= Number(to); progress++) await progressOf(call, progress);
      return 'counted';
    },
  },
  hang: {
    input: {},
    async run(_args, call, journal) {
      // Says that it has begun.
      await progressOf(call, 0);
      await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
      journal.cancelled++;
      return 'too late';
    },
  },
  ask: {
    input: {},
    async run(_args, call) {
      const roots = await call.ask('roots/list', {});
      const messages = [{ role: 'user', content: { type: 'text', text: 'name a colour' } }];
      const sampled = await call.ask('sampling/createMessage', { messages, maxTokens: 10 });
      const requestedSchema = { type: 'object', properties: { age: { type: 'number' } } };
      const elicited = await call.ask('elicitation/create', { message: 'how old?', requestedSchema });
      return JSON.stringify([roots.roots, sampled.content, elicited.content]);
    },
  },
  poll: {
    input: {},
    async run(_args, call) {
      await progressOf(call, 1);
      if (!call.closeStream) return 'cannot be polled';
      call.closeStream();
      await new Promise((resolve) => setTimeout(resolve, 30));
      await progressOf(call, 2);
      await progressOf(call, 3);
      return 'polled';
    },
  },
  whoami: {
    input: {},
    async run(_args, call, journal) {
      journal.authInfo.push(call.authInfo);
      return JSON.stringify(call.authInfo ?? null);
    },
  },
};

export const TOOL_NAMES: readonly string[] = [...Object.keys(tools), ...Array.from({ length: 100 }, (_, n) => `tool-${n}`)];

const textResult = (text: string) => ({ content: [{ type: 'text' as const, text }] });
const DESCRIPTION = 'One of many tools, so that the list is long. '.repeat(5);
const CAPABILITIES = { capabilities: { logging: {}, resources: { subscribe: true } } };

export function createTestServer(generation: Generation): TestServer {
  return generation === 'v1' ? createV1() : createV2();
}

function createV1(): TestServer {
  const journal: Journal = { cancelled: 0, authInfo: [], log: undefined, update: undefined };
  const server = new McpServerV1({ name: 'test', version: '1.0.0' }, CAPABILITIES);
  const results = {
    'roots/list': ListRootsResultSchema,
    'sampling/createMessage': CreateMessageResultSchema,
    'elicitation/create': ElicitResultSchema,
  };
  for (const [name, { input, run }] of Object.entries(tools)) {
    server.registerTool(name, { inputSchema: input }, async (args, extra) => {
      const call: Call = {
        signal: extra.signal,
        progressToken: extra._meta?.progressToken,
        authInfo: extra.authInfo,
        notify: (method, params) => extra.sendNotification({ method, params } as never),
        ask: (method, params) => extra.sendRequest({ method, params } as never, results[method] as typeof ListRootsResultSchema),
        closeStream: extra.closeSSEStream,
      };
      return textResult(await run(args, call, journal));
    });
  }
  for (const name of TOOL_NAMES.slice(Object.keys(tools).length)) {
    server.registerTool(name, { description: DESCRIPTION, inputSchema: { text: z.string() } }, async ({ text }) => textResult(text));
  }
  server.registerResource('clock', 'test://clock', {}, async (uri) => ({ contents: [{ uri: uri.href, text: 'noon' }] }));
  server.server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  journal.log = (data) => server.server.sendLoggingMessage({ level: 'info', data });
  journal.update = (uri) => server.server.sendResourceUpdated({ uri });
  return { connect: (transport) => server.connect(transport as never), close: () => server.close(), journal };
}

function createV2(): TestServer {
  const journal: Journal = { cancelled: 0, authInfo: [], log: undefined, update: undefined };
  const server = new McpServerV2({ name: 'test', version: '2.0.0' }, CAPABILITIES);
  for (const [name, { input, run }] of Object.entries(tools)) {
    server.registerTool(name, { inputSchema: z.object(input) }, async (args, { mcpReq, http }) => {
      const call: Call = {
        signal: mcpReq.signal,
        progressToken: mcpReq._meta?.progressToken,
        authInfo: http?.authInfo,
        notify: (method, params) => mcpReq.notify({ method, params } as never),
        ask: async (method, params) => (await mcpReq.send({ method, params } as never)) as Record<string, unknown>,
        closeStream: http?.closeSSE,
      };
      return textResult(await run(args, call, journal));
    });
  }
  for (const name of TOOL_NAMES.slice(Object.keys(tools).length)) {
    server.registerTool(name, { description: DESCRIPTION, inputSchema: z.object({ text: z.string() }) }, async ({ text }) =>
      textResult(text),
    );
  }
  server.registerResource('clock', 'test://clock', {}, async (uri) => ({ contents: [{ uri: uri.href, text: 'noon' }] }));
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  journal.log = (data) => server.server.sendLoggingMessage({ level: 'info', data });
  journal.update = (uri) => server.server.sendResourceUpdated({ uri });
  return { connect: (transport) => server.connect(transport as never), close: () => server.close(), journal };
}
