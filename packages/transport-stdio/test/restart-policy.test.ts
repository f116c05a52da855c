import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalErrorCode } from '@mcpwire/jsonrpc';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RestartPolicy } from '../src/restart-policy.js';
import { expectNoLeftovers } from './support/leftovers.js';
import { nodeProgram, Observed, rawServer, startServer } from './support/servers.js';
import { until } from './support/until.js';

expectNoLeftovers();

const quick = { initialDelayMs: 10, maxDelayMs: 50 };

describe('the budget', () => {
  test('each wait is twice the one before, up to the longest', () => {
    const policy = new RestartPolicy({ maxRestarts: 5, initialDelayMs: 100, maxDelayMs: 500 });
    expect(Array.from({ length: 6 }, () => policy.next(0))).toEqual([100, 200, 400, 500, 500, undefined]);
  });

  test('restarts older than the window count no more', () => {
    const policy = new RestartPolicy({ maxRestarts: 2, windowMs: 1_000, initialDelayMs: 100 });
    expect([policy.next(0), policy.next(500), policy.next(900)]).toEqual([100, 200, undefined]);
    expect([policy.next(1_001), policy.next(1_002)]).toEqual([200, undefined]);
  });

  test('by default: five in a minute, after 250 ms, 500 ms, …', () => {
    const policy = new RestartPolicy({});
    expect(Array.from({ length: 6 }, () => policy.next(0))).toEqual([250, 500, 1_000, 2_000, 4_000, undefined]);
    expect(String(policy)).toBe('5 of 5 restarts in 60000 ms');
  });

  test('none at all', () => {
    expect(new RestartPolicy({ maxRestarts: 0 }).next()).toBeUndefined();
  });
});

describe('a server that is to be restarted', () => {
  let folder: string;
  let log: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mcpwire-restart-'));
    log = join(folder, 'starts');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const starts = (): number => readFileSync(log, 'utf8').trim().split('\n').length;

  test('is started again when it crashes; what it had not answered is answered with -31002; what comes next works', async () => {
    const errors: Error[] = [];
    const { peer, transport } = await startServer(['--log', log], { restart: quick }, { onerror: (error) => errors.push(error) });
    const first = transport.pid as number;
    const hanging = expect(peer.request('hang')).rejects.toMatchObject({
      code: LocalErrorCode.ConnectionLost,
      message: expect.stringContaining('hang'),
    });
    const crashing = expect(peer.request('die', { signal: 'SIGKILL' })).rejects.toMatchObject({ code: -31002 });
    await Promise.all([hanging, crashing]);

    // Sent while there is no server: waits for the next one.
    const { pid } = await peer.request<{ pid: number }>('pid');
    expect(pid).not.toBe(first);
    expect(transport.pid).toBe(pid);
    expect(starts()).toBe(2);
    expect(errors).toMatchObject([
      { code: 'peer-gone', message: expect.stringMatching(/was ended by SIGKILL.*Starting it again in 10 ms \(1 of 5 restarts/) },
    ]);
    expect(transport.closeReason).toBeUndefined();
    await peer.close();
    expect(transport.closeReason).toMatchObject({ kind: 'closed', exitCode: 0 });
  });

  test('gets everything that was sent in the gap, once, in order', async () => {
    const { peer, transport } = await startServer(['--log', log], { restart: { initialDelayMs: 200 } });
    await expect(peer.request('exit', { code: 1 })).rejects.toMatchObject({ code: -31002 });
    expect(transport.pid).toBeNull();
    const notes = Array.from({ length: 500 }, (_, value) => value);
    await Promise.all(notes.map((value) => peer.notify('note', { value })));
    expect(await peer.request('notes')).toEqual({ received: notes });
    await peer.close();
  });

  test('is asked for its subscriptions again', async () => {
    const { peer } = await startServer(['--log', log], { restart: quick });
    const acknowledged: unknown[] = [];
    peer.handleNotification('notifications/subscriptions/acknowledged', ({ pid }) => acknowledged.push(pid));
    const controller = new AbortController();
    const listening = expect(peer.request('subscriptions/listen', {}, { signal: controller.signal })).rejects.toMatchObject({
      code: 'aborted',
    });
    await until('the first server knows', () => acknowledged.length === 1);
    await expect(peer.request('exit', { code: 1 })).rejects.toMatchObject({ code: -31002 });
    await until('the second server knows', () => acknowledged.length === 2);
    await expect(peer.request('exit', { code: 1 })).rejects.toMatchObject({ code: -31002 });
    await until('the third server knows', () => acknowledged.length === 3);
    expect(new Set(acknowledged).size).toBe(3);

    // One that was given up is not asked for any more.
    controller.abort();
    await listening;
    await expect(peer.request('exit', { code: 1 })).rejects.toMatchObject({ code: -31002 });
    await peer.request('pid');
    await sleep(50);
    expect(acknowledged).toHaveLength(3);
    await peer.close();
  });

  test('is given up when its budget is used up: onclose, and the reason', async () => {
    const server = new Observed(nodeProgram('raw.js', ['crashes-with-words'], { stderr: 'pipe', restart: { ...quick, maxRestarts: 3 } }));
    await server.transport.start();
    await server.closed;
    expect(server.closings).toBe(1);
    expect(server.transport.closeReason).toMatchObject({ kind: 'peer-gone', exitCode: 1 });
    expect(server.errors.map((error) => error.message)).toEqual([
      expect.stringMatching(/Starting it again in 10 ms \(1 of 3/),
      expect.stringMatching(/Starting it again in 20 ms \(2 of 3/),
      expect.stringMatching(/Starting it again in 40 ms \(3 of 3/),
      expect.stringMatching(/^Not started again: 3 of 3 restarts in 60000 ms\. .*configuration file is missing/),
    ]);
    await expect(server.transport.send({ jsonrpc: '2.0', method: 'late' })).rejects.toMatchObject({ code: 'peer-gone' });
  });

  test('sends that wait for it settle when it is given up', async () => {
    const server = new Observed(nodeProgram('raw.js', ['exits-at-once'], { restart: { initialDelayMs: 100, maxRestarts: 1 } }));
    await server.transport.start();
    await until('the first one is gone', () => server.errors.length === 1);
    // They reach the second process, or find it gone; none is left waiting.
    const sends = Array.from({ length: 100 }, (_, id) => server.transport.send({ jsonrpc: '2.0', id, method: 'hang' }));
    await Promise.allSettled(sends);
    await server.closed;
  });

  test('when the first start fails, that is an error, and nothing is tried again', async () => {
    const server = new Observed({ command: 'no-such-program-4711', restart: quick });
    await expect(server.transport.start()).rejects.toMatchObject({ code: 'spawn-failed' });
    expect(server.errors).toEqual([]);
    expect(server.closings).toBe(1);
  });

  test('close during the wait before a restart closes at once; nothing is started any more', async () => {
    const { peer, transport } = await startServer(['--log', log], { restart: { initialDelayMs: 60_000 } });
    await expect(peer.request('exit', { code: 1 })).rejects.toMatchObject({ code: -31002 });
    await peer.close();
    expect(transport.closeReason).toMatchObject({ kind: 'peer-gone', exitCode: 1 });
    expect(starts()).toBe(1);
  });

  test('close while the old one is being ended, and while the new one starts', async () => {
    for (const wait of [0, 20, 40, 60, 80]) {
      const server = rawServer('exits-at-once', { restart: { initialDelayMs: 1, maxRestarts: 1_000 } });
      await server.transport.start();
      await sleep(wait);
      await server.transport.close();
      expect(server.closings).toBe(1);
    }
  });

  test.each([
    ['2026-07-28', 'is started again'],
    ['2025-11-25', 'is not started again: it would need its handshake'],
  ])('with stateless, and once %s is agreed on, a server %s', async (revision) => {
    const { peer, transport } = await startServer(['--log', log], { restart: 'stateless' });
    transport.setProtocolVersion(revision);
    const isStateless = revision === '2026-07-28';
    await expect(peer.request('exit', { code: 1 })).rejects.toMatchObject({ code: isStateless ? -31002 : 'peer-gone' });
    if (isStateless) await peer.request('pid');
    expect(starts()).toBe(isStateless ? 2 : 1);
    await peer.close();
  });

  test('with stateless, before a revision is agreed on, a crash is the end: it may be the answer to a probe', async () => {
    const { peer } = await startServer(['--log', log], { restart: 'stateless' });
    await expect(peer.request('exit', { code: 1 })).rejects.toMatchObject({ code: 'peer-gone' });
    expect(starts()).toBe(1);
    await peer.close();
  });

  test('without restart a crash is the end', async () => {
    const { peer, transport } = await startServer(['--log', log]);
    await expect(peer.request('exit', { code: 1 })).rejects.toMatchObject({ code: 'peer-gone' });
    expect(transport.closeReason).toMatchObject({ kind: 'peer-gone' });
    expect(starts()).toBe(1);
  });

  test('waits for its messages to be taken first, when there is nobody yet to take them', async () => {
    const { transport } = new Observed(nodeProgram('raw.js', ['eager', log], { restart: quick }));
    transport.onmessage = undefined;
    await transport.start();
    await until('it has written', () => existsSync(log));
    const first = transport.pid as number;
    process.kill(first, 'SIGKILL');
    await until('it is gone', () => transport.pid === null);
    await sleep(100);
    expect(starts()).toBe(1);
    const texts: unknown[] = [];
    transport.onmessage = (message) => texts.push('method' in message && message.params?.text);
    const five = ['message 0', 'message 1', 'message 2', 'message 3', 'message 4'];
    await until('all of both are there', () => texts.length === 10);
    expect(texts).toEqual([...five, ...five]);
    await transport.close();
  });
});
