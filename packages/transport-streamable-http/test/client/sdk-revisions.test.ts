import type { JsonRpcMessage, SendOptions } from '@mcpwire/jsonrpc';
import { StreamableHTTPClientTransport } from '@mcpwire/transport-streamable-http/client';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { expect, test } from 'vitest';
import { closeAfterwards, expectNoLeftovers } from './fixtures/scene.js';
import { serveSdk } from './fixtures/sdk-servers.js';

expectNoLeftovers();

/** Has an SDK's client, which always asks for its latest revision, ask for another. */
class AskingFor extends StreamableHTTPClientTransport {
  readonly #revision: string;

  constructor(url: string, revision: string) {
    super(url);
    this.#revision = revision;
  }

  override send(message: JsonRpcMessage | readonly JsonRpcMessage[], options?: SendOptions): Promise<void> {
    if ('method' in message && message.method === 'initialize') {
      return super.send({ ...message, params: { ...message.params, protocolVersion: this.#revision } }, options);
    }
    return super.send(message, options);
  }
}

const generations = ['v1', 'v2'] as const;
const combinations = ['2025-03-26', '2025-06-18', '2025-11-25'].flatMap((revision) =>
  generations.flatMap((client) =>
    generations.flatMap((server) => (['sse', 'json'] as const).map((mode) => ({ revision, client, server, mode }))),
  ),
);

test.each(combinations)(
  'revision $revision: client $client over our transport, server $server replying with $mode',
  async ({ revision, client: generation, server: of, mode }) => {
    const server = await serveSdk(of, { json: mode === 'json' });
    closeAfterwards(() => server.close());
    const transport = new AskingFor(server.url, revision);
    closeAfterwards(() => transport.close());
    const info = { name: 'test', version: '1.0.0' };
    const client = generation === 'v1' ? new ClientV1(info) : new ClientV2(info);
    await client.connect(transport);
    expect(transport.protocolVersion).toBe(revision);
    expect((await client.listTools()).tools).toHaveLength(6);
    const seen: number[] = [];
    const onprogress = ({ progress }: { progress: number }): void => void seen.push(progress);
    const call = { name: 'count', arguments: {} };
    const counted =
      client instanceof ClientV1 ? await client.callTool(call, undefined, { onprogress }) : await client.callTool(call, { onprogress });
    expect(counted.content).toEqual([{ type: 'text', text: 'counted' }]);
    // The SDK's server drops them where it replies with JSON.
    expect(seen).toEqual(mode === 'sse' ? [1, 2, 3] : []);
    await transport.terminateSession();
    await client.close();
  },
);
