// The official SDK's client (v2) over its own transport, against servers of ours that speak 2026-07-28.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryBus, type MemoryBus } from '../../src/server/bus.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { adapters, modernEndpoint, type Served } from '../support/modern.js';
import { type Calls, createPeerServer } from '../support/peer-server.js';
import { until } from '../support/until.js';

expectNoLeftovers();

const textOf = (result: unknown): string => (result as { content: Array<{ text: string }> }).content[0]?.text ?? '';

describe.each([{ pin: '2026-07-28' }, 'auto'] as const)("SDK v2's client in mode %j", (mode) => {
  let served: Served;
  let endpoint: ReturnType<typeof modernEndpoint>;
  let bus: MemoryBus;
  let calls: Calls;
  let errors: Error[];
  let requests: { method: string; headers: Readonly<Record<string, string | undefined>> }[];
  let client: Client;

  beforeEach(() => {
    bus = createMemoryBus();
    calls = { started: 0, aborted: 0 };
    errors = [];
    requests = [];
  });

  afterEach(async () => {
    await client?.close();
    endpoint.close();
    await served.dispose();
    expect(errors).toEqual([]);
  });

  async function connect(replyMode?: 'auto' | 'sse'): Promise<void> {
    const onerror = (error: Error): void => void errors.push(error);
    endpoint = modernEndpoint({ onrequest: createPeerServer(calls, onerror), subscriptions: { bus }, replyMode, onerror });
    const node = adapters[0] as (typeof adapters)[number];
    served = await node.serve(
      (request) => {
        requests.push(request);
        return endpoint.handler(request);
      },
      { onerror },
    );
    client = new Client({ name: 'sdk', version: '2' }, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(new URL(served.url)));
  }

  test.each(['auto', 'sse'] as const)('discovers, lists, and calls, with replies in mode %s', async (replyMode) => {
    await connect(replyMode);
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
    expect(client.getServerVersion()?.name).toBe('peer-server');
    expect((await client.listTools()).tools).toHaveLength(5);
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'täxt' } }))).toBe('täxt');
    expect(textOf(await client.callTool({ name: 'übersetze', arguments: {} }))).toBe('called übersetze');
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => client.callTool({ name: 'echo', arguments: { text: `${n}` } })));
    expect(answers.map(textOf)).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`));
    // No session, and nothing but POST.
    expect(new Set(requests.map(({ method }) => method))).toEqual(new Set(['POST']));
    expect(requests.filter(({ headers }) => headers['mcp-session-id'] !== undefined)).toEqual([]);
  });

  test('sends the headers that a tool asks for, which are checked', async () => {
    await connect();
    await client.listTools();
    expect(endpoint.settings.toolHeaders.size).toBe(1);
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'x', region: 'Köln', count: 42 } }))).toBe('x');
    expect(requests.at(-1)?.headers).toMatchObject({ 'mcp-param-region': '=?base64?S8O2bG4=?=', 'mcp-param-count': '42' });
  });

  test('hears of progress, and of errors', async () => {
    await connect();
    const seen: number[] = [];
    const result = await client.callTool({ name: 'count', arguments: {} }, { onprogress: ({ progress }) => seen.push(progress) });
    expect(textOf(result)).toBe('counted');
    expect(seen.slice(0, 2)).toEqual([1, 2]);
    await expect(client.callTool({ name: 'fail', arguments: {} })).rejects.toThrow(/It failed/);
  });

  test('cancels by closing the connection, which aborts the tool', async () => {
    await connect();
    const controller = new AbortController();
    const hanging = client.callTool(
      { name: 'hang', arguments: {} },
      { signal: controller.signal, onprogress: () => controller.abort('enough') },
    );
    await expect(hanging).rejects.toThrow(/enough/);
    await until(() => calls.aborted === 1, 'the tool hears of it');
    await until(() => served.inFlight === 0, 'nothing is left in flight');
  });

  test('subscribes, hears of what it asked for, and of the end', async () => {
    await connect();
    const heard: string[] = [];
    client.setNotificationHandler('notifications/tools/list_changed', () => void heard.push('tools'));
    client.setNotificationHandler('notifications/resources/list_changed', () => void heard.push('resources'));
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri));
    const first = await client.listen({ toolsListChanged: true, resourceSubscriptions: ['a:1'] });
    expect(first.honoredFilter).toEqual({ toolsListChanged: true, resourceSubscriptions: ['a:1'] });
    bus.publish({ kind: 'resources_list_changed' });
    bus.publish({ kind: 'tools_list_changed' });
    bus.publish({ kind: 'resource_updated', uri: 'a:2' });
    bus.publish({ kind: 'resource_updated', uri: 'a:1' });
    await until(() => heard.length === 2, 'the changes are heard of');
    expect(heard).toEqual(['tools', 'a:1']);
    const second = await client.listen({ resourcesListChanged: true });
    await first.close();
    await until(() => endpoint.settings.subscriptions?.size === 1, 'the first is gone');
    endpoint.settings.subscriptions?.close();
    expect(await second.closed).toBeDefined();
    expect(endpoint.settings.subscriptions?.size).toBe(0);
  });
});
