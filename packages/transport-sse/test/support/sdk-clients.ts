import type { SSEClientTransport } from '@mcpwire/transport-sse/client';
import { Client as ClientV2, SSEClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/sse.js';
import { ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Generation } from './sdk-servers.js';

export interface CallOptions {
  signal?: AbortSignal;
  onprogress?: (progress: { progress: number }) => void;
}

/** What both SDKs' clients can do, in one form. */
export interface AnyClient {
  listTools(): Promise<{ tools: Array<{ name: string }> }>;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<string>;
  close(): Promise<void>;
}

const roots = { roots: [{ uri: 'file:///home/user', name: 'home' }] };

function textOf(result: unknown): string {
  return (result as { content: Array<{ text: string }> }).content[0]?.text ?? '';
}

/** A client of the official SDK, connected over `transport`, which may be theirs too: that the types agree is tested in sdk-types.test.ts. */
export async function connectSdkClient(generation: Generation, transport: SSEClientTransport): Promise<AnyClient> {
  if (generation === 'v1') {
    const client = new ClientV1({ name: 'test', version: '1.0.0' }, { capabilities: { roots: {} } });
    client.setRequestHandler(ListRootsRequestSchema, () => roots);
    await client.connect(transport);
    return {
      listTools: () => client.listTools(),
      call: async (name, args = {}, options = {}) => textOf(await client.callTool({ name, arguments: args }, undefined, options)),
      close: () => client.close(),
    };
  }
  const client = new ClientV2({ name: 'test', version: '2.0.0' }, { capabilities: { roots: {} } });
  client.setRequestHandler('roots/list', () => roots);
  await client.connect(transport);
  return {
    listTools: () => client.listTools(),
    call: async (name, args = {}, options = {}) => textOf(await client.callTool({ name, arguments: args }, options)),
    close: () => client.close(),
  };
}

/** Their transport, passed off as ours. */
export function theirTransport(generation: Generation, url: string): SSEClientTransport {
  return new (generation === 'v1' ? TransportV1 : TransportV2)(new URL(url)) as unknown as SSEClientTransport;
}
