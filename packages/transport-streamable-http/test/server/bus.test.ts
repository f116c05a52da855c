import { createMcpHandler, InMemoryServerEventBus, McpServer, type ServerEventBus } from '@modelcontextprotocol/server';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryBus, type SubscriptionBus } from '../../src/server/bus.js';
import { type BusFixture, busContract } from '../../src/server/bus-contract.js';
import type { ChangeEvent } from '../../src/server/change-event.js';
import { hasRedisServer, type RedisServer, startRedisServer } from '../support/redis-server.js';
import { sleep } from '../support/until.js';

const memory: BusFixture = {
  name: 'createMemoryBus',
  quietMs: 5,
  async join() {
    const bus = createMemoryBus();
    return { nodes: [bus, bus], dispose: async () => expect(bus.listeners).toBe(0) };
  },
};

/** As over a network: JSON, later, and subscribing takes its time. */
function networkBus(channel: Set<(text: string) => void>): SubscriptionBus {
  return {
    async publish(event) {
      const text = JSON.stringify(event);
      await sleep(1);
      for (const receive of channel) receive(text);
    },
    async subscribe(listener) {
      await sleep(1);
      const receive = (text: string): void => listener(JSON.parse(text));
      channel.add(receive);
      return async () => {
        channel.delete(receive);
        await sleep(1);
      };
    },
  };
}

const network: BusFixture = {
  name: 'a bus over a network',
  async join() {
    const channel = new Set<(text: string) => void>();
    return { nodes: [networkBus(channel), networkBus(channel)], dispose: async () => expect(channel.size).toBe(0) };
  },
};

describe.each([memory, network])('the bus contract: $name', (fixture) => {
  test.each([...busContract])('$id: $title', (contractCase) => contractCase.run(fixture));
});

/** Over Redis, as a user would write it. */
function redisBus(path: string, channel: string): SubscriptionBus & AsyncDisposable {
  const publisher = new Redis(path);
  return {
    async publish(event) {
      await publisher.publish(channel, JSON.stringify(event));
    },
    async subscribe(listener) {
      const subscriber = new Redis(path);
      subscriber.on('message', (_channel, text) => listener(JSON.parse(text)));
      await subscriber.subscribe(channel);
      return () => {
        // What has arrived already is still told after a disconnect.
        subscriber.removeAllListeners('message');
        subscriber.disconnect();
      };
    },
    async [Symbol.asyncDispose]() {
      await publisher.quit();
    },
  };
}

describe.skipIf(!hasRedisServer())('the bus contract: a bus over Redis', () => {
  let redis: RedisServer;
  let channels = 0;

  beforeAll(async () => {
    redis = await startRedisServer();
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  test.each([...busContract])('$id: $title', async (contractCase) => {
    const channel = `changes-${++channels}`;
    const nodes = [redisBus(redis.path, channel), redisBus(redis.path, channel)] as const;
    const dispose = async (): Promise<void> => {
      for (const node of nodes) await node[Symbol.asyncDispose]();
    };
    await contractCase.run({ name: 'Redis', join: async () => ({ nodes, dispose }) });
  });
});

/** Each breaks one promise, and only that. */
const broken: Record<string, (bus: SubscriptionBus) => SubscriptionBus> = {
  'bus/reaches-every-node': (bus) => ({
    publish: (event) => {
      bus.publish(event);
      bus.publish(event);
    },
    subscribe: (listener) => bus.subscribe(listener),
  }),
  'bus/keeps-order': (bus) => {
    let held: ChangeEvent | undefined;
    return {
      publish: async (event) => {
        if (event.kind !== 'resource_updated') return bus.publish(event);
        if (held === undefined && event.uri === 'test://7') {
          held = event;
          return;
        }
        bus.publish(event);
        if (held && event.uri === 'test://8') bus.publish(held);
      },
      subscribe: (listener) => bus.subscribe(listener),
    };
  },
  'bus/keeps-events-whole': (bus) => ({
    publish: ({ params: _, ...event }) => bus.publish(event),
    subscribe: (listener) => bus.subscribe(listener),
  }),
  'bus/unsubscribes': (bus) => ({
    publish: (event) => bus.publish(event),
    subscribe: (listener) => {
      bus.subscribe(listener);
      return () => {};
    },
  }),
  'bus/takes-a-listener-twice': () => {
    const listeners = new Set<(event: ChangeEvent) => void>();
    return {
      publish: (event) => {
        for (const listener of listeners) listener(event);
      },
      subscribe: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
  },
  'bus/leaves-nobody-out': () => {
    const listeners: ((event: ChangeEvent) => void)[] = [];
    return {
      publish: (event) => {
        for (let at = 0; at < listeners.length; at++) listeners[at]?.(event);
      },
      subscribe: (listener) => {
        const entry = (event: ChangeEvent): void => listener(event);
        listeners.push(entry);
        return () => {
          const at = listeners.indexOf(entry);
          if (at >= 0) listeners.splice(at, 1);
        };
      },
    };
  },
};

test.each([...busContract])('the bus contract finds out a bus that breaks $id', async (contractCase) => {
  const bus = broken[contractCase.id]?.(createMemoryBus()) as SubscriptionBus;
  const fixture: BusFixture = {
    name: 'broken',
    deliveryMs: 100,
    quietMs: 5,
    join: async () => ({ nodes: [bus, bus], dispose: async () => {} }),
  };
  await expect(contractCase.run(fixture)).rejects.toThrow(/other events/);
});

test("the official SDK's bus is one, and the SDK takes ours: one bus may serve both", async () => {
  const factory = (): McpServer => new McpServer({ name: 'a', version: '1' });
  const theirs: SubscriptionBus = new InMemoryServerEventBus();
  const ours = createMemoryBus();
  for (const bus of [theirs, ours]) {
    const events: ChangeEvent[] = [];
    const unsubscribe = await bus.subscribe((event) => events.push(event));
    const handler = createMcpHandler(factory, { bus: bus as ServerEventBus });
    handler.notify.toolsChanged();
    handler.notify.resourceUpdated('a:1');
    await handler.close();
    await unsubscribe();
    expect(events).toEqual([{ kind: 'tools_list_changed' }, { kind: 'resource_updated', uri: 'a:1' }]);
  }
  expect(ours satisfies ServerEventBus).toBeDefined();
});

describe('a memory bus', () => {
  test('tells a listener that throws, and the others hear of the event', () => {
    const errors: Error[] = [];
    const bus = createMemoryBus({ onerror: (error) => errors.push(error) });
    const events: ChangeEvent[] = [];
    bus.subscribe(() => {
      throw new Error('broken');
    });
    bus.subscribe((event) => events.push(event));
    bus.publish({ kind: 'tools_list_changed' });
    expect(events).toEqual([{ kind: 'tools_list_changed' }]);
    expect(errors.map(({ message }) => message)).toEqual(['broken']);
  });
});
