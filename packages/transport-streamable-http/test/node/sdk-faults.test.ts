// What goes wrong with the SDK's server transports, and right with the class in their place. The numbers are those of the list of faults
// that the project keeps; others are tested where what they concern is.
import { randomUUID } from 'node:crypto';
import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import { describe, expect, test } from 'vitest';
import type { EventStore } from '../../src/session/event-store.js';
import { createMemoryEventStore } from '../../src/session/memory-event-store.js';
import { connectClient } from '../interop/clients.js';
import { deploy } from '../interop/deployments.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { until } from '../support/until.js';

expectNoLeftovers();

describe('with SDK servers on the drop-in class', () => {
  test('fault 14: a store that is slow for notifications and fast for answers lets none of them overtake another', async () => {
    const memory = createMemoryEventStore();
    const stored: unknown[] = [];
    const eventStore: EventStore = {
      async storeEvent(streamId, message) {
        if ('method' in message && message.method === 'notifications/progress') {
          await new Promise((resolve) => setTimeout(resolve, 10 - 2 * Number(message.params?.progress)));
          stored.push(message.params?.progress);
        } else if ('id' in message) stored.push('answer');
        return memory.storeEvent(streamId, message);
      },
      replayEventsAfter: (lastEventId, replay) => memory.replayEventsAfter(lastEventId, replay),
    };
    for (const generation of ['v1', 'v2'] as const) {
      stored.length = 0;
      await using deployment = await deploy('node:http', generation, { eventStore });
      const client = await connectClient('v1', deployment.url, { revision: '2025-11-25' });
      const seen: number[] = [];
      stored.length = 0;
      expect(await client.call('count', { to: 4 }, { onprogress: ({ progress }) => seen.push(progress) })).toBe('counted');
      expect(stored).toEqual([1, 2, 3, 4, 'answer']);
      expect(seen.length).toBeGreaterThan(0);
      await client.close();
      expect(deployment.errors).toEqual([]);
    }
  });

  test('fault 16: sessions that share an event store have a GET stream each, and cannot resume the other', async () => {
    const memory = createMemoryEventStore();
    const streams = new Map<string, JsonRpcMessage[]>();
    const ids = new Map<unknown, string>();
    const eventStore: EventStore = {
      storeEvent(streamId, message, details) {
        const id = memory.storeEvent(streamId, message, details);
        if ('method' in message && message.method === 'notifications/message') {
          streams.set(streamId, [...(streams.get(streamId) ?? []), message]);
          ids.set(message.params?.data, id);
        }
        return id;
      },
      getStreamIdForEventId: (eventId) => memory.getStreamIdForEventId(eventId),
      replayEventsAfter: (lastEventId, replay) => memory.replayEventsAfter(lastEventId, replay),
    };
    await using deployment = await deploy('node:http', 'v1', { eventStore, sessionIdGenerator: () => randomUUID() });
    const alice = await connectClient('v1', deployment.url, { revision: '2025-11-25' });
    const bob = await connectClient('v1', deployment.url, { revision: '2025-11-25' });
    for (const n of [1, 2]) {
      await deployment.journals[0]?.log?.(`alice ${n}`);
      await deployment.journals[1]?.log?.(`bob ${n}`);
    }
    await until(() => alice.logs.length + bob.logs.length === 4, 'all messages arrive');
    expect([alice.logs, bob.logs]).toEqual([
      ['alice 1', 'alice 2'],
      ['bob 1', 'bob 2'],
    ]);
    expect([...streams.values()].map((messages) => messages.length)).toEqual([2, 2]);
    const headers = { accept: 'text/event-stream', 'mcp-session-id': bob.sessionId ?? '', 'mcp-protocol-version': '2025-11-25' };
    const response = await fetch(deployment.url, { headers: { ...headers, 'last-event-id': ids.get('alice 1') ?? '' } });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('alice');
    await alice.close();
    await bob.close();
  });
});
