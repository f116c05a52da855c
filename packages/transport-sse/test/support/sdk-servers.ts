import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server';
import { z } from 'zod';

export type Generation = 'v1' | 'v2';

/** What `connect` of either SDK's server takes; their types are compared in sdk-types.test.ts. */
// biome-ignore lint/suspicious/noExplicitAny: see above
type AnyTransport = any;

/** What a tool's handler is told; it differs in every overload of both SDKs. */
// biome-ignore lint/suspicious/noExplicitAny: see above
type AnyContext = any;

export interface SdkServer {
  connect(transport: AnyTransport): Promise<void>;
  close(): Promise<void>;
}

interface Extra {
  signal: AbortSignal;
  token: string | number | undefined;
  notify: (message: { method: 'notifications/progress'; params: { progressToken: string | number; progress: number } }) => Promise<void>;
  /** What it knows of the HTTP request and of who sent it. */
  http: { header: (name: string) => string | null | undefined; authInfo: unknown };
}

/** A server on the official SDK with tools for whatever crosses the wire. */
export function createSdkServer(generation: Generation): SdkServer {
  let cancelled = 0;
  const text = (value: string): { content: [{ type: 'text'; text: string }] } => ({ content: [{ type: 'text', text: value }] });
  const tools = (askForRoots: (context: never) => Promise<{ roots: Array<{ uri: string }> }>, extraOf: (context: never) => Extra) => ({
    large: async ({ bytes }: { bytes: number }) => text('é'.repeat(bytes / 2)),
    count: async (context: unknown) => {
      const { token, notify } = extraOf(context as never);
      for (let progress = 1; progress <= 3; progress++) {
        await notify({ method: 'notifications/progress', params: { progressToken: token as string, progress } });
      }
      return text('counted');
    },
    hang: async (context: unknown) => {
      const { signal, token, notify } = extraOf(context as never);
      // Says that it has begun.
      await notify({ method: 'notifications/progress', params: { progressToken: token as string, progress: 0 } });
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      cancelled++;
      return text('too late');
    },
    cancelled: async () => text(String(cancelled)),
    roots: async (context: unknown) => text((await askForRoots(context as never)).roots.map((root) => root.uri).join()),
    http: async (context: unknown) => {
      const { header, authInfo } = extraOf(context as never).http;
      return text(JSON.stringify({ header: header('x-test'), authInfo }));
    },
  });

  if (generation === 'v1') {
    const server = new McpServerV1({ name: 'sdk-v1', version: '1.0.0' });
    const all = tools(
      () => server.server.listRoots(),
      ((context: AnyContext): Extra => ({
        signal: context.signal,
        token: context._meta?.progressToken,
        notify: (message) => context.sendNotification(message),
        http: { header: (name) => context.requestInfo?.headers[name], authInfo: context.authInfo },
      })) as never,
    );
    server.registerTool('echo', { inputSchema: { text: z.string() } }, async (params) => text(params.text));
    server.registerTool('large', { inputSchema: { bytes: z.number() } }, all.large);
    for (const name of ['count', 'hang', 'cancelled', 'roots', 'http'] as const) server.registerTool(name, {}, all[name]);
    return server;
  }
  const server = new McpServerV2({ name: 'sdk-v2', version: '2.0.0' });
  const all = tools(
    ((context: AnyContext) => context.mcpReq.send({ method: 'roots/list' })) as never,
    ((context: AnyContext): Extra => ({
      signal: context.mcpReq.signal,
      token: context.mcpReq._meta?.progressToken,
      notify: (message) => context.mcpReq.notify(message),
      http: { header: (name) => context.http?.req?.headers.get(name), authInfo: context.http?.authInfo },
    })) as never,
  );
  server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, async (params) => text(params.text));
  server.registerTool('large', { inputSchema: z.object({ bytes: z.number() }) }, all.large);
  for (const name of ['count', 'hang', 'cancelled', 'roots', 'http'] as const) server.registerTool(name, {}, all[name]);
  return server;
}
