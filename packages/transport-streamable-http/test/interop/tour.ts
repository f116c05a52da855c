import { expect } from 'vitest';
import { until } from '../support/until.js';
import { ASKED, type TestClient } from './clients.js';
import type { Deployment } from './deployments.js';
import { TOOL_NAMES } from './servers.js';

/** All that a client and a server of a legacy revision do with each other; the client is closed in the end. */
export async function tour(client: TestClient, deployment: Pick<Deployment, 'journals' | 'errors'>): Promise<void> {
  // A long list, and calls.
  expect(await client.listTools()).toEqual(TOOL_NAMES);
  const text = 'line one\nline two \u2028 ünïcödé 🎉';
  expect(await client.call('echo', { text })).toBe(text);

  // A megabyte each way, and many at once.
  const large = 'ü'.repeat(500_000);
  expect((await client.call('echo', { text: large })) === large).toBe(true);
  expect(Buffer.byteLength(await client.call('large', { bytes: 1_000_000 }))).toBe(1_000_000);
  const many = await Promise.all(Array.from({ length: 20 }, (_, n) => client.call('echo', { text: `number ${n}` })));
  expect(many).toEqual(Array.from({ length: 20 }, (_, n) => `number ${n}`));

  // Progress comes before the answer, in order.
  const seen: number[] = [];
  expect(await client.call('count', { to: 5 }, { onprogress: ({ progress }) => seen.push(progress) })).toBe('counted');
  // Their client hands the last notifications over a microtask later than the answer that came with them.
  expect(seen).toEqual([1, 2, 3, 4, 5].slice(0, seen.length));
  expect(seen.length).toBeGreaterThan(0);

  // Cancellation reaches the tool, and the session lives on.
  const controller = new AbortController();
  const hanging = client.call('hang', {}, { signal: controller.signal, onprogress: () => controller.abort('no longer wanted') });
  await expect(hanging).rejects.toThrow(/no longer wanted/);
  await until(() => deployment.journals.at(-1)?.cancelled === 1, 'the tool hears of it');

  // The server asks the client while the client waits for the server.
  expect(await client.call('ask')).toBe(ASKED);

  // What belongs to no request comes by the GET stream.
  const journal = deployment.journals.at(-1);
  await journal?.log?.('a word');
  await until(() => client.logs.length === 1, 'the log message arrives');
  await client.subscribe('test://clock');
  await journal?.update?.('test://clock');
  await until(() => client.updates.length === 1, 'the update arrives');
  expect([client.logs, client.updates]).toEqual([['a word'], ['test://clock']]);

  await client.close();
  expect(deployment.errors).toEqual([]);
}
