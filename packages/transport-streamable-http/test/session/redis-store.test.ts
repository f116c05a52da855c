// Stores of somebody else, in another process, pass the contract. Skipped, and shown as skipped, where no redis-server is installed.
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventStoreContract, sessionStoreContract } from '../../src/store-contract.js';
import { RedisEventStore, RedisSessionStore } from '../fixtures/redis-store.js';
import { hasRedisServer, type RedisServer, startRedisServer } from '../support/redis-server.js';

describe.skipIf(!hasRedisServer())('stores over Redis', () => {
  let server: RedisServer;
  let redis: Redis;
  let stores = 0;

  beforeAll(async () => {
    server = await startRedisServer();
    redis = new Redis({ path: server.path });
  });

  afterAll(async () => {
    await redis.quit();
    await server[Symbol.asyncDispose]();
  });

  const eventStoreAbilities = ['deleteSession', 'deleteStream', 'getStreamIdForEventId'];
  for (const { id, title, needs, run } of eventStoreContract) {
    // Redis drops by age; how many events there are is not counted.
    if (needs.every((need) => eventStoreAbilities.includes(need))) {
      test(`${id}: ${title}`, () => run(() => new RedisEventStore(redis, `events${++stores}:`)));
    }
  }

  const sessionStoreAbilities = ['maxAgeMs', 'touch'];
  for (const { id, title, needs, run } of sessionStoreContract) {
    if (needs.every((need) => sessionStoreAbilities.includes(need))) {
      test(`${id}: ${title}`, () => run(({ maxAgeMs } = {}) => new RedisSessionStore(redis, `sessions${++stores}:`, maxAgeMs)));
    }
  }

  test('two nodes share a stream: what one stores, the other replays', async () => {
    const other = new Redis({ path: server.path });
    const [a, b] = [redis, other].map((connection) => new RedisEventStore(connection, 'shared:')) as [RedisEventStore, RedisEventStore];
    const note = (n: number) => ({ jsonrpc: '2.0' as const, method: 'notifications/message', params: { n } });
    const first = await a.storeEvent('stream', note(0));
    await b.storeEvent('stream', note(1));
    await a.storeEvent('stream', note(2));
    const sent: unknown[] = [];
    const streamId = await b.replayEventsAfter(first, {
      send: (_id, message) => {
        sent.push(message);
      },
    });
    expect([streamId, sent]).toEqual(['stream', [note(1), note(2)]]);
    await other.quit();
  });
});
