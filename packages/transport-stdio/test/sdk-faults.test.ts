// What has gone wrong over the official SDK's own stdio classes goes right over these.

import process from 'node:process';
import { PassThrough, Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Peer } from '@mcpwire/jsonrpc';
import { PipeTransport } from '@mcpwire/transport-stdio';
import { StdioClientTransport } from '@mcpwire/transport-stdio/client';
import { StdioServerTransport } from '@mcpwire/transport-stdio/server';
import { describe, expect, test } from 'vitest';
import { expectNoLeftovers } from './support/leftovers.js';
import { reachableBytes } from './support/memory.js';
import { runningProcesses } from './support/processes.js';
import { ServerRun } from './support/server-run.js';
import { fixture, nodeProgram, Observed, rawServer, startServer } from './support/servers.js';
import { until } from './support/until.js';

expectNoLeftovers();

const MIB = 1024 * 1024;

/** One message of that size, in the pieces a pipe delivers. */
function* pieces(bytes: number): Generator<Buffer> {
  const message = Buffer.from(`{"jsonrpc":"2.0","method":"big","params":{"text":"${'x'.repeat(bytes)}"}}\n`);
  for (let at = 0; at < message.length; at += 65_536) yield message.subarray(at, at + 65_536);
}

async function writePieces(stream: Writable, bytes: number): Promise<void> {
  for (const piece of pieces(bytes)) if (!stream.write(piece)) await sleep(0);
}

async function receive(bytes: number): Promise<number> {
  const transport = new PipeTransport(Readable.from(pieces(bytes)), new PassThrough(), { maxMessageBytes: 2 * bytes });
  let received = 0;
  transport.onmessage = (message) => {
    received = ((message as { params?: { text?: string } }).params?.text ?? '').length;
  };
  const before = performance.now();
  await transport.start();
  await until('it has come', () => transport.closeReason);
  expect(received).toBe(bytes);
  return performance.now() - before;
}

describe('1: a large message in many pieces', () => {
  test('costs in proportion to its size', async () => {
    await receive(4 * MIB);
    const small = await receive(4 * MIB);
    const large = await receive(32 * MIB);
    // Eight times the bytes; were it quadratic, sixty-four times the work.
    expect(large / small).toBeLessThan(32);
  });

  test('is not retained after it was delivered, though the connection goes on', async () => {
    const input = new PassThrough();
    const transport = new PipeTransport(input, new PassThrough());
    let received = 0;
    transport.onmessage = () => {
      received++;
    };
    await transport.start();
    const before = await reachableBytes();
    for (let round = 0; round < 3; round++) await writePieces(input, 16 * MIB);
    // The beginning of the next one is not a reason to keep the last.
    input.write('{"jsonrpc":');
    await until('they have come', () => received === 3);
    expect((await reachableBytes()) - before).toBeLessThan(8 * MIB);
    await transport.close();
  });
});

describe('2: a message over the limit', () => {
  test('costs itself only: the server says so and serves the next one', async () => {
    const server = new ServerRun('server.js', ['--errors', '--options', '{"maxMessageBytes":1000}']);
    server.send({ jsonrpc: '2.0', id: 1, method: 'echo', params: { text: 'x'.repeat(5_000) } }, { jsonrpc: '2.0', id: 2, method: 'echo' });
    server.stdin.end();
    await server.end();
    expect(server.messages).toEqual([
      { jsonrpc: '2.0', error: { code: -32600, message: expect.stringMatching(/over the limit of 1000/) } },
      { jsonrpc: '2.0', id: 2, result: {} },
    ]);
    expect(server.told[0]).toMatchObject({ code: 'message-too-large' });
  });

  test('a result of 12 MB is nothing special', async () => {
    const { peer } = await startServer();
    expect((await peer.request<{ text: string }>('text', { bytes: 12_000_000 })).text).toHaveLength(12_000_000);
    await peer.close();
  });

  test('many messages that are over it together, in one piece, all arrive', async () => {
    const input = new PassThrough();
    const transport = new PipeTransport(input, new PassThrough(), { maxMessageBytes: 200 });
    let received = 0;
    transport.onmessage = () => {
      received++;
    };
    await transport.start();
    input.write('{"jsonrpc":"2.0","method":"small"}\n'.repeat(100));
    await until('all have come', () => received === 100);
    await transport.close();
  });
});

test('3: five thousand sends that wait for a server’s stdout add no listener to it, and no warning', async () => {
  const warnings: string[] = [];
  const onwarning = (warning: Error): void => {
    warnings.push(warning.name);
  };
  process.on('warning', onwarning);
  let release: (() => void) | undefined;
  const stdout = new Writable({
    write(_chunk, _encoding, callback) {
      if (release === undefined) release = callback;
      else callback();
    },
  });
  const transport = new StdioServerTransport(new PassThrough(), stdout, { maxQueuedBytes: 64 * 1024 });
  await transport.start();
  const listeners = (): number => stdout.eventNames().reduce((sum, event) => sum + stdout.listenerCount(event), 0);
  const before = listeners();
  const sends = Array.from({ length: 5_000 }, (_, n) =>
    transport.send({ jsonrpc: '2.0', method: 'note', params: { n, text: 'x'.repeat(100) } }),
  );
  await sleep(10);
  expect(listeners()).toBe(before);
  release?.();
  await Promise.all(sends);
  expect(listeners()).toBe(before);
  await transport.close();
  process.off('warning', onwarning);
  expect(warnings).toEqual([]);
});

test('4: a send that waits for the server to read rejects when the server dies', async () => {
  const server = rawServer('never-reads', { maxQueuedBytes: 1_000 });
  await server.transport.start();
  await until('it runs', () => server.said.length === 1);
  const text = 'x'.repeat(1_000_000);
  const sends = Array.from({ length: 10 }, () => server.transport.send({ jsonrpc: '2.0', method: 'note', params: { text } }));
  const settled = Promise.allSettled(sends);
  await sleep(20);
  process.kill(server.transport.pid as number, 'SIGKILL');
  for (const outcome of await settled) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'peer-gone' } });
  await server.closed;
});

test('5: close reaches what the server started, waits until all of it has ended, and tells the exit code', async () => {
  const server = new Observed(nodeProgram('wrapper.js', [fixture('server.js'), '--ignore-eof', '--ignore-sigterm'], { graceMs: 200 }));
  const reasons: unknown[] = [];
  const { onclose } = server.transport;
  server.transport.onclose = (reason) => {
    reasons.push(reason);
    onclose?.(reason);
  };
  await server.transport.start();
  await server.transport.send({ jsonrpc: '2.0', id: 1, method: 'pid' });
  await until('it answers', () => server.messages.length === 1);
  const group = server.transport.pid;
  await server.transport.close();
  expect(runningProcesses().filter((running) => running.group === group)).toEqual([]);
  expect(reasons).toEqual([{ kind: 'closed', exitCode: null, signal: 'SIGTERM' }]);
});

test('6: a server that logs ten megabytes to a piped stderr which nobody reads goes on answering', async () => {
  const { peer, transport } = await startServer([], { stderr: 'pipe' });
  expect(transport.stderr).not.toBeNull();
  await peer.request('log', { bytes: 10_000_000 });
  expect(await peer.request('echo', { a: 1 })).toEqual({ a: 1 });
  await peer.close();
});

const handshake = [
  {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'one-shot', version: '1' } },
  },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
];

test.each(['v1', 'v2'])('7: a one-shot pipe into a server on SDK %s gets all its answers before the server ends', async (generation) => {
  const server = new ServerRun('sdk-server.js', [generation, 'ours']);
  server.send(...handshake, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'large', arguments: { bytes: 3_000_000 } } });
  server.stdin.end();
  expect(await server.end()).toEqual({ code: 0, signal: null });
  expect(server.messages).toMatchObject([{ id: 0 }, { id: 1, result: { content: [{ type: 'text' }] } }]);
});

describe('8: a server on SDK v1', () => {
  test('is told when its client has gone: onclose at the end of stdin', async () => {
    const { McpServer } = await import('@modelcontextprotocol/sdk/server/mcp.js');
    const stdin = new PassThrough();
    const server = new McpServer({ name: 'test', version: '1' });
    let closed = 0;
    server.server.onclose = () => {
      closed++;
    };
    await server.connect(new StdioServerTransport(stdin, new PassThrough()));
    stdin.end();
    await until('it is told', () => closed > 0);
    await sleep(10);
    expect(closed).toBe(1);
  });

  test('survives a client that stops reading: no uncaught EPIPE', async () => {
    const server = new ServerRun('sdk-server.js', ['v1', 'ours']);
    server.send(...handshake);
    await server.answers(1);
    server.output.destroy();
    for (let id = 1; id <= 20; id++) server.send({ jsonrpc: '2.0', id, method: 'ping' });
    expect(await server.end()).toEqual({ code: 0, signal: null });
    expect(server.stderr).toBe('');
  });
});

test('memory stays bounded while a peer that answers nothing is sent to without end', async () => {
  const server = rawServer('never-reads', { maxQueuedBytes: MIB, maxWaitingSends: 100 });
  await server.transport.start();
  await until('it runs', () => server.said.length === 1);
  const before = await reachableBytes();
  let refused = 0;
  for (let n = 0; n < 2_000; n++) {
    server.transport.send({ jsonrpc: '2.0', method: 'note', params: { n, text: `${n}`.padEnd(50_000, '.') } }).catch((error) => {
      if (error.code === 'queue-overflow') refused++;
    });
    if (n % 100 === 0) await sleep(1);
  }
  // 100 MB were offered; the queue, those that wait and one write's copy are kept.
  expect((await reachableBytes()) - before).toBeLessThan(20 * MIB);
  expect(refused).toBeGreaterThan(1_500);
  await server.transport.close();
});

test('a Peer over a transport that ends has nothing left waiting', async () => {
  const peer = new Peer(new StdioClientTransport(nodeProgram('server.js')));
  await peer.start();
  const requests = Array.from({ length: 100 }, () => peer.request('hang'));
  const settled = Promise.allSettled(requests);
  await peer.close();
  for (const outcome of await settled) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'closed' } });
  expect(peer.pendingRequests).toBe(0);
});
