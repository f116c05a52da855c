// SDK clients talk to SDK servers, both as their users have them, over our transport in the place of the SDK's.
import { describe, expect, test } from 'vitest';
import { createMemoryEventStore } from '../../src/session/memory-event-store.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { type ClientKind, connectClient } from './clients.js';
import { type DeploymentKind, deploy } from './deployments.js';
import type { Generation } from './servers.js';
import { tour } from './tour.js';

expectNoLeftovers();

const REVISIONS = ['2025-03-26', '2025-06-18', '2025-11-25'];

interface Combination {
  client: ClientKind;
  server: Generation;
  on: DeploymentKind;
  revision: string;
  reply: 'sse' | 'enableJsonResponse' | 'auto';
}

// Each client and server on each deployment; and over node:http with each revision and kind of reply.
const combinations: Combination[] = [];
for (const client of ['v1', 'v2 legacy'] as const) {
  for (const server of ['v1', 'v2'] as const) {
    for (const on of ['Express', 'Hono', 'handler'] as const)
      combinations.push({ client, server, on, revision: '2025-11-25', reply: 'sse' });
    for (const revision of REVISIONS) {
      combinations.push({ client, server, on: 'node:http', revision, reply: 'sse' });
      combinations.push({ client, server, on: 'node:http', revision, reply: client === 'v1' ? 'enableJsonResponse' : 'auto' });
    }
  }
}

describe('an SDK client and an SDK server do all they can over our transport', () => {
  test.each(combinations)(
    'client $client, server $server on $on, revision $revision, replies $reply',
    async ({ client: kind, server, on, revision, reply }) => {
      await using deployment = await deploy(
        on,
        server,
        reply === 'enableJsonResponse' ? { enableJsonResponse: true } : { replyMode: reply },
      );
      const client = await connectClient(kind, deployment.url, { revision });
      expect(client.revision).toBe(revision);
      await tour(client, deployment);
    },
  );
});

describe.each(['node:http', 'Express', 'Hono', 'handler'] as const)('on %s', (on) => {
  test.each(['v1', 'v2 legacy'] as const)('a tool closes its stream, and client %s comes back for what it says meanwhile', async (kind) => {
    for (const generation of ['v1', 'v2'] as const) {
      await using deployment = await deploy(on, generation, { eventStore: createMemoryEventStore(), retryInterval: 10 });
      const client = await connectClient(kind, deployment.url, { revision: '2025-11-25' });
      const seen: number[] = [];
      expect(await client.call('poll', {}, { onprogress: ({ progress }) => seen.push(progress) })).toBe('polled');
      expect(seen).toEqual([1, 2, 3].slice(0, seen.length));
      expect(seen.length).toBeGreaterThan(1);
      await client.close();
      expect(deployment.errors).toEqual([]);
    }
  });

  test('a client that looks for the newest revision finds a server that has none but legacy ones, and talks to it', async () => {
    await using deployment = await deploy(on, 'v2');
    const client = await connectClient('v2 auto', deployment.url, { revision: '2026-07-28' });
    expect(client.revision).toBe('2025-11-25');
    expect(await client.call('echo', { text: 'all the same' })).toBe('all the same');
    await client.close();
  });

  test.each(['v1', 'v2 legacy'] as const)('client %s ends its session by DELETE', async (kind) => {
    await using deployment = await deploy(on, 'v1');
    const client = await connectClient(kind, deployment.url, { revision: '2025-11-25' });
    expect(deployment.sessions).toBe(1);
    await client.terminate();
    expect(deployment.sessions).toBe(0);
    await client.close();
  });
});

describe.each(['node:http', 'Express', 'Hono'] as const)('on %s', (on) => {
  test.each(['v1', 'v2'] as const)('tools of server %s are told who calls, as the middleware has it', async (generation) => {
    const authInfo = { token: 'secret', clientId: 'client', scopes: ['read'], extra: { sub: 'alice' } };
    await using deployment = await deploy(on, generation, { authInfo });
    const client = await connectClient('v1', deployment.url, { revision: '2025-11-25' });
    expect(JSON.parse(await client.call('whoami'))).toEqual(authInfo);
    expect(deployment.journals.at(-1)?.authInfo[0]).toBe(authInfo);
    await client.close();
  });
});
