import { createHttpServer } from '@mcpwire/http/node';
import type { JsonRpcMessage, JsonRpcRequest } from '@mcpwire/jsonrpc';
import { expect, test } from 'vitest';
import { createStreamableHTTPHandler } from '../../src/server.js';
import { createMemoryEventStore } from '../../src/session/memory-event-store.js';
import type { SessionTransport } from '../../src/session/session.js';
import { readThroughCuts } from '../support/cut-reader.js';
import { expectNoLeftovers } from '../support/leftovers.js';

expectNoLeftovers();

const SESSIONS = 10;
/** On each session's GET stream, and as many in the answer to a call. */
const MESSAGES = 5_000;
/** Of each stream. */
const CUTS = 50;
/** How far the server may be ahead of what the client has read: near enough that it goes on sending between all cuts. */
const AHEAD = 300;

/** Random numbers that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How many messages of each stream have been read: `get` or `post` and the session's id. */
const read = new Map<string, number>();

/** A server that answers `count` with that many notifications, and then a result; `push` sends as many on the GET stream. */
async function serve(transport: SessionTransport): Promise<void> {
  const note = (n: number): JsonRpcMessage => ({
    jsonrpc: '2.0',
    method: 'notifications/message',
    params: { level: 'info', data: 'x'.repeat(n % 60), n },
  });
  const send = async (message: JsonRpcRequest, relatedRequestId?: number | string): Promise<void> => {
    for (let n = 0; n < MESSAGES; n++) {
      await transport.send(note(n), relatedRequestId === undefined ? undefined : { relatedRequestId });
      const stream = `${relatedRequestId === undefined ? 'get' : 'post'} ${transport.sessionId}`;
      while (n - (read.get(stream) ?? 0) > AHEAD) await new Promise((resolve) => setTimeout(resolve, 1));
      if (n % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    if (relatedRequestId !== undefined) await transport.send({ jsonrpc: '2.0', id: message.id, result: { n: MESSAGES } });
  };
  transport.onmessage = (message) => {
    if (!('method' in message) || !('id' in message)) return;
    if (message.method === 'initialize') {
      const result = { protocolVersion: '2025-11-25', capabilities: { logging: {} }, serverInfo: { name: 'test', version: '1.0.0' } };
      void transport.send({ jsonrpc: '2.0', id: message.id, result });
    } else if (message.method === 'count') void send(message, message.id);
    else {
      void transport.send({ jsonrpc: '2.0', id: message.id, result: {} });
      void send(message);
    }
  };
  await transport.start();
}

test('100,000 messages over 1,000 forced disconnections arrive exactly once, and in order on each stream', {
  timeout: 60_000,
}, async () => {
  const seed = 20_261_122;
  const errors: Error[] = [];
  const handler = createStreamableHTTPHandler({
    onsession: (transport) => {
      transport.onerror = (error) => errors.push(error);
      return serve(transport);
    },
    eventStore: createMemoryEventStore({ maxEvents: 200_000 }),
    onerror: (error) => errors.push(error),
  });
  const server = await createHttpServer({ handler });
  const { url } = server;

  async function open(): Promise<Record<string, string>> {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1.0.0' } };
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const body = (message: object) => JSON.stringify({ jsonrpc: '2.0', ...message });
    const response = await fetch(url, { method: 'POST', headers, body: body({ id: 0, method: 'initialize', params }) });
    await response.text();
    const session = { 'mcp-session-id': response.headers.get('mcp-session-id') ?? '', 'mcp-protocol-version': '2025-11-25' };
    await fetch(url, { method: 'POST', headers: { ...headers, ...session }, body: body({ method: 'notifications/initialized' }) });
    return session;
  }

  /** Reads one of a session's two streams to its end. @returns the numbers that came */
  async function readStream(
    headers: Record<string, string>,
    post: object | undefined,
    random: () => number,
  ): Promise<{ numbers: number[]; cuts: number }> {
    const stream = `${post ? 'post' : 'get'} ${headers['mcp-session-id']}`;
    const numbers: number[] = [];
    let left = CUTS;
    const cuts = await readThroughCuts({
      url,
      headers,
      ...(post && { post }),
      cutAfter: (hasEventId) => {
        if (left === 0) return undefined;
        left--;
        // Before it has an id, a client has nothing to come back with: that much is read of the first connection.
        return hasEventId ? Math.floor(random() ** 2 * 30_000) : 500;
      },
      onmessage: (message) => {
        const { n } = (message.params ?? (message as unknown as { result: { n: number } }).result) as { n: number };
        numbers.push(n);
        read.set(stream, numbers.length);
        return n === (post ? MESSAGES : MESSAGES - 1);
      },
    });
    return { numbers, cuts };
  }

  const sessions = await Promise.all(Array.from({ length: SESSIONS }, open));
  const readings = sessions.flatMap((headers, at) => {
    const pushed = readStream(headers, undefined, randomFrom(seed + at));
    const answered = readStream(headers, { jsonrpc: '2.0', id: 1, method: 'count' }, randomFrom(seed + 1000 + at));
    // Only now, so that the GET stream is there.
    const body = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'push' });
    const started = fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body,
    }).then((response) => response.text());
    return [pushed, Promise.all([answered, started]).then(([result]) => result)];
  });
  const results = await Promise.all(readings);

  for (const [at, { numbers }] of results.entries()) {
    const length = at % 2 === 0 ? MESSAGES : MESSAGES + 1;
    const wrong = numbers.findIndex((n, place) => n !== place);
    expect(wrong, `where stream ${at} of seed ${seed} goes wrong: ${numbers.slice(Math.max(0, wrong - 3), wrong + 3)}`).toBe(-1);
    expect(numbers.length).toBe(length);
  }
  expect(results.reduce((sum, { numbers }) => sum + numbers.length, 0)).toBe(SESSIONS * (2 * MESSAGES + 1));
  expect(results.reduce((sum, { cuts }) => sum + cuts, 0)).toBe(SESSIONS * 2 * CUTS);
  expect(errors).toEqual([]);
  await handler.close({ graceMs: 0 });
  await server.close({ graceMs: 0 });
});
