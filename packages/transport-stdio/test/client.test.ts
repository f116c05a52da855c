import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTransportError, type Transport } from '@mcpwire/jsonrpc';
import { StdioClientTransport } from '@mcpwire/transport-stdio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectNoLeftovers, testEnv } from './support/leftovers.js';
import { isRunning } from './support/processes.js';
import { nodeProgram, Observed, rawServer, startServer } from './support/servers.js';
import { until } from './support/until.js';

expectNoLeftovers();

const GONE = { kind: 'peer-gone' };

describe('starting', () => {
  test('runs the program with its arguments, in its working directory', async () => {
    const { peer } = await startServer(['--tag', 'two words'], { cwd: '/' });
    expect(await peer.request('place')).toEqual({ cwd: '/', args: ['--tag', 'two words'] });
    await peer.close();
  });

  test('no shell comes between: what a shell would expand arrives as it is', async () => {
    const { peer } = await startServer(['--tag', '$(echo one); *']);
    expect(await peer.request('place')).toMatchObject({ args: ['--tag', '$(echo one); *'] });
    await peer.close();
  });

  test('pid is null before, the process id while it runs, and null again afterwards', async () => {
    const transport = new StdioClientTransport(nodeProgram('server.js'));
    expect(transport.pid).toBeNull();
    await transport.start();
    expect(isRunning(transport.pid as number)).toBe(true);
    await transport.close();
    expect(transport.pid).toBeNull();
  });

  test('a second start is refused, and the first one lives on', async () => {
    const { peer, transport } = await startServer();
    await expect(transport.start()).rejects.toMatchObject({ code: 'already-started' });
    expect(await peer.request('echo', { a: 1 })).toEqual({ a: 1 });
    await peer.close();
  });

  test('what is sent while the process starts arrives', async () => {
    const server = new Observed(nodeProgram('server.js'));
    const started = server.transport.start();
    const sent = server.transport.send({ jsonrpc: '2.0', id: 1, method: 'echo', params: { early: true } });
    await Promise.all([started, sent]);
    await until('it is answered', () => server.messages.length === 1);
    expect(server.messages).toEqual([{ jsonrpc: '2.0', id: 1, result: { early: true } }]);
    await server.transport.close();
  });

  describe('what cannot be started', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'mcpwire-spawn-'));
      writeFileSync(join(folder, 'no-program'), '#!/bin/sh\nexit 0\n');
      chmodSync(join(folder, 'no-program'), 0o644);
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    test.each([
      ['a program that is not there', () => ({ command: 'no-such-program-4711' }), /Cannot start "no-such-program-4711": no such program/],
      ['a file without execute permission', () => ({ command: join(folder, 'no-program') }), /may not be executed/],
      ['a folder', () => ({ command: folder }), /may not be executed/],
      [
        'a working directory that is not there',
        () => ({ command: process.execPath, cwd: join(folder, 'gone') }),
        /working directory .* does not exist/,
      ],
      ['an argument with a null byte', () => ({ command: process.execPath, args: ['a\0b'] }), /Cannot start .*null bytes/],
    ])('%s: start says so, and onclose fires once', async (_what, parameters, message) => {
      const server = new Observed({ ...parameters(), env: testEnv() });
      const start = server.transport.start();
      const sent = expect(server.transport.send({ jsonrpc: '2.0', method: 'early' })).rejects.toSatisfy(isTransportError);
      await expect(start).rejects.toMatchObject({ code: 'spawn-failed', message: expect.stringMatching(message) });
      await sent;
      expect(server.closings).toBe(1);
      expect(server.transport.closeReason).toMatchObject({ kind: 'failed', error: { code: 'spawn-failed' } });
      await server.transport.close();
      expect(server.closings).toBe(1);
    });
  });

  test('messages that come before onmessage is set wait, in order', async () => {
    const transport: Transport = new StdioClientTransport(nodeProgram('raw.js', ['eager']));
    await transport.start();
    await sleep(200);
    const texts: unknown[] = [];
    transport.onmessage = (message) => texts.push('method' in message && message.params?.text);
    await until('they are there', () => texts.length === 5);
    expect(texts).toEqual(['message 0', 'message 1', 'message 2', 'message 3', 'message 4']);
    await transport.close();
  });
});

describe('closing', () => {
  test('a server that ends with its stdin does so by itself: its exit code is told', async () => {
    const { peer, transport } = await startServer();
    await peer.close();
    expect(transport.closeReason).toEqual({ kind: 'closed', exitCode: 0, signal: null });
  });

  test('a server that ignores the end of its stdin gets SIGTERM', async () => {
    const { peer, transport } = await startServer(['--ignore-eof'], { graceMs: 200 });
    await peer.close();
    expect(transport.closeReason).toEqual({ kind: 'closed', exitCode: null, signal: 'SIGTERM' });
  });

  test('a server that ignores SIGTERM too gets SIGKILL', async () => {
    const { peer, transport } = await startServer(['--ignore-eof', '--ignore-sigterm'], { graceMs: 200 });
    await peer.close();
    expect(transport.closeReason).toEqual({ kind: 'closed', exitCode: null, signal: 'SIGKILL' });
  });

  test('a stopped server is ended too', async () => {
    const { peer, transport } = await startServer([], { graceMs: 200 });
    process.kill(transport.pid as number, 'SIGSTOP');
    await peer.close();
    expect(transport.closeReason).toEqual({ kind: 'closed', exitCode: null, signal: 'SIGKILL' });
  });

  test('what was sent just before close still arrives', async () => {
    const server = rawServer('reads-when-told');
    await server.transport.start();
    await until('it runs', () => server.said.includes('here'));
    const sent = Array.from({ length: 1_000 }, (_, id) => server.transport.send({ jsonrpc: '2.0', id, method: 'count' }));
    process.kill(server.transport.pid as number, 'SIGUSR2');
    await Promise.all([server.transport.close(), ...sent]);
    expect(server.said).toEqual(['here', '1000']);
  });

  test('close before start closes: onclose fires, and start is refused', async () => {
    const server = new Observed(nodeProgram('server.js'));
    await server.transport.close();
    expect(server.closings).toBe(1);
    await expect(server.transport.start()).rejects.toMatchObject({ code: 'closed' });
  });

  test('close during start ends the process that is just being started; start rejects', async () => {
    const server = new Observed(nodeProgram('server.js', ['--ignore-eof'], { graceMs: 100 }));
    const start = expect(server.transport.start()).rejects.toMatchObject({ code: 'closed' });
    await server.transport.close();
    await start;
    expect(server.closings).toBe(1);
    expect(server.transport.closeReason).toMatchObject({ kind: 'closed', signal: 'SIGTERM' });
  });

  test('aborting the signal of start, too', async () => {
    const server = new Observed(nodeProgram('server.js', ['--ignore-eof'], { graceMs: 100 }));
    const controller = new AbortController();
    const start = expect(server.transport.start({ signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' });
    controller.abort();
    await start;
    expect(server.closings).toBe(1);
  });

  test('close during a start that fails is no error', async () => {
    const server = new Observed({ command: 'no-such-program-4711' });
    const start = expect(server.transport.start()).rejects.toMatchObject({ code: 'spawn-failed' });
    await server.transport.close();
    await start;
    expect(server.closings).toBe(1);
  });

  test('closing twice, ten times at once, and from inside onclose and onmessage ends it once', async () => {
    const server = rawServer('eager');
    const { transport } = server;
    const closes: Array<Promise<void>> = [];
    transport.onmessage = () => closes.push(transport.close());
    const { onclose } = transport;
    transport.onclose = (reason) => {
      onclose?.(reason);
      closes.push(transport.close());
    };
    await transport.start();
    await server.closed;
    for (let n = 0; n < 10; n++) closes.push(transport.close());
    await Promise.all(closes);
    expect(server.closings).toBe(1);
  });

  test('Symbol.asyncDispose closes', async () => {
    const { transport } = await startServer();
    const pid = transport.pid as number;
    await transport[Symbol.asyncDispose]();
    expect(isRunning(pid)).toBe(false);
  });

  test('a server that never reads, with 20 MB before it: close ends it after one graceMs, and every send settles', async () => {
    const server = rawServer('never-reads', { graceMs: 300 });
    await server.transport.start();
    await until('it runs', () => server.said.length === 1);
    const text = 'x'.repeat(100_000);
    const sends = Array.from({ length: 200 }, () => server.transport.send({ jsonrpc: '2.0', method: 'note', params: { text } }));
    const settled = Promise.allSettled(sends);
    await server.transport.close();
    const outcomes = await settled;
    const rejected = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(rejected.length).toBeGreaterThan(150);
    expect(new Set(rejected.map(({ reason }) => reason.code))).toEqual(new Set(['closed']));
    expect(server.transport.closeReason).toMatchObject({ kind: 'closed', signal: 'SIGTERM' });
  });

  test('_dispose asks with SIGTERM at once', async () => {
    const { transport } = await startServer(['--ignore-eof'], { graceMs: 10_000 });
    await transport._dispose();
    expect(transport.closeReason).toMatchObject({ kind: 'closed', signal: 'SIGTERM' });
  });

  test('_dispose on one that was never started, and together with close', async () => {
    await new StdioClientTransport({ command: 'server' })._dispose();
    const { transport } = await startServer();
    await Promise.all([transport._dispose(), transport.close(), transport._dispose()]);
  });
});

describe('the server ends by itself', () => {
  test('onclose fires once, with the exit code', async () => {
    const { peer, transport } = await startServer();
    await expect(peer.request('exit', { code: 3 })).rejects.toMatchObject({
      code: 'peer-gone',
      message: expect.stringContaining('exited with code 3'),
    });
    expect(transport.closeReason).toMatchObject({
      ...GONE,
      exitCode: 3,
      signal: null,
      error: { code: 'peer-gone', details: { exitCode: 3 } },
    });
    await peer.close();
  });

  test('… or with the signal that ended it', async () => {
    const { peer, transport } = await startServer();
    await expect(peer.request('die', { signal: 'SIGKILL' })).rejects.toThrow(/was ended by SIGKILL/);
    expect(transport.closeReason).toMatchObject({ ...GONE, exitCode: null, signal: 'SIGKILL' });
  });

  test('an exit right after the start loses neither its message nor its exit code', async () => {
    const server = rawServer('exits-at-once');
    await server.transport.start();
    await server.closed;
    expect(server.said).toEqual(['bye']);
    expect(server.transport.closeReason).toMatchObject({ ...GONE, exitCode: 7 });
  });

  test('all that it wrote before it ended is read', async () => {
    const server = rawServer('exits-after-much');
    await server.transport.start();
    await server.closed;
    expect(server.said).toEqual(['x'.repeat(3_000_000), 'the end']);
  });

  test('the half line that it wrote last is reported', async () => {
    const server = rawServer('half-a-line');
    await server.transport.start();
    await server.closed;
    expect(server.said).toEqual(['whole']);
    expect(server.errors).toMatchObject([{ code: 'truncated-message' }]);
  });

  test('with stderr piped, its last words are in the error', async () => {
    const server = rawServer('crashes-with-words', { stderr: 'pipe' });
    await server.transport.start();
    await server.closed;
    expect(server.transport.closeReason?.error?.message).toMatch(/exited with code 1\. It wrote last: .*the configuration file is missing/);
  });

  test('one that closes its stdout has ended, as far as messages go', async () => {
    const server = rawServer('closes-stdout');
    await server.transport.start();
    await server.closed;
    expect(server.said).toEqual(['last words']);
    expect(server.transport.closeReason).toMatchObject({ ...GONE, exitCode: 3 });
  });

  test('… and if it stays on nevertheless, it is ended', async () => {
    const server = rawServer('closes-stdout-and-stays', { graceMs: 100 });
    await server.transport.start();
    await server.closed;
    expect(server.transport.closeReason).toMatchObject({
      ...GONE,
      signal: 'SIGTERM',
      error: { message: expect.stringMatching(/closed its output without exiting/) },
    });
  });

  test('one that closes its stdin is noticed with the next send, which rejects', async () => {
    const server = rawServer('closes-stdin', { graceMs: 100 });
    await server.transport.start();
    await until('it has closed it', () => server.said.length === 1);
    await expect(server.transport.send({ jsonrpc: '2.0', method: 'note' })).rejects.toMatchObject({ code: 'peer-gone' });
    await server.closed;
    expect(server.transport.closeReason).toMatchObject({
      ...GONE,
      error: { message: expect.stringMatching(/closed its input without exiting/) },
    });
  });

  test('a child that holds its stdout open does not hide its end', async () => {
    // The shell ends at once, the other goes on with the shell's streams.
    const server = new Observed({ command: '/bin/sh', args: ['-c', 'sleep 1000 & exit 5'], env: testEnv(), graceMs: 500 });
    await server.transport.start();
    await server.closed;
    expect(server.transport.closeReason).toMatchObject({ ...GONE, exitCode: 5 });
  });

  test('messages that wait for an onmessage outlive it: onclose comes after them, but sends reject at once', async () => {
    const server = rawServer('exits-at-once');
    server.transport.onmessage = undefined;
    await server.transport.start();
    await until('it is gone', () => server.transport.pid === null);
    await expect(server.transport.send({ jsonrpc: '2.0', method: 'late' })).rejects.toMatchObject({ code: 'peer-gone' });
    await sleep(50);
    expect(server.closings).toBe(0);
    server.transport.onmessage = (message) => server.messages.push(message);
    await server.closed;
    expect(server.said).toEqual(['bye']);
    expect(server.transport.closeReason).toMatchObject({ ...GONE, exitCode: 7 });
  });

  test('… and close does not wait for somebody to take them', async () => {
    const server = rawServer('exits-at-once');
    server.transport.onmessage = undefined;
    await server.transport.start();
    await until('it is gone', () => server.transport.pid === null);
    await server.transport.close();
    expect(server.closings).toBe(1);
    expect(server.errors).toMatchObject([{ code: 'peer-gone', message: expect.stringMatching(/waited for an onmessage: 1 lost/) }]);
  });

  test('close while that is being found out waits for it', async () => {
    const server = rawServer('closes-stdout-and-stays', { graceMs: 300 });
    await server.transport.start();
    await sleep(200);
    await server.transport.close();
    expect(server.closings).toBe(1);
    expect(server.transport.closeReason).toMatchObject({ ...GONE, signal: 'SIGTERM' });
  });

  test('sends that wait when it is killed reject, all of them', async () => {
    const server = rawServer('never-reads', { maxQueuedBytes: 64 * 1024 });
    await server.transport.start();
    await until('it runs', () => server.said.length === 1);
    const text = 'x'.repeat(1_000);
    const sends = Array.from({ length: 3_000 }, () => server.transport.send({ jsonrpc: '2.0', method: 'note', params: { text } }));
    const settled = Promise.allSettled(sends);
    process.kill(server.transport.pid as number, 'SIGKILL');
    const rejected = (await settled).filter((outcome) => outcome.status === 'rejected');
    expect(rejected.length).toBeGreaterThan(2_000);
    expect(new Set(rejected.map(({ reason }) => reason.code))).toEqual(new Set(['peer-gone']));
    await server.closed;
    await expect(server.transport.send({ jsonrpc: '2.0', method: 'late' })).rejects.toMatchObject({ code: 'peer-gone' });
  });

  test('whatever the moment it dies at, every send settles', async () => {
    const outcomes = new Set<unknown>();
    for (let round = 0; round < 12; round++) {
      const server = new Observed(nodeProgram('server.js', [], { graceMs: 200 }));
      await server.transport.start();
      const sends: Array<Promise<unknown>> = [];
      const pid = server.transport.pid as number;
      setTimeout(() => process.kill(pid, 'SIGKILL'), round * 7);
      for (let id = 0; !server.transport.closeReason; id++) {
        const sent = server.transport.send({ jsonrpc: '2.0', id, method: 'echo', params: { id } });
        sends.push(
          sent.then(
            () => outcomes.add('sent'),
            (error) => outcomes.add(error.code),
          ),
        );
        if (id % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      expect(server.closings).toBe(1);
      await Promise.all(sends);
    }
    expect(outcomes).toEqual(new Set(['sent', 'peer-gone']));
  });
});

describe('what the server writes', () => {
  test('garbage on stdout is reported line by line, never answered, and the next message arrives', async () => {
    const server = rawServer('garbage');
    await server.transport.start();
    await until('the message has come', () => server.messages.length === 1);
    expect(server.said).toEqual(['still here']);
    expect(server.errors.map((error) => isTransportError(error) && error.code)).toEqual(Array(5).fill('malformed-message'));
    await server.transport.close();
  });

  test('a message over maxMessageBytes is skipped and reported with its size; the connection lives on', async () => {
    const errors: Error[] = [];
    const { peer } = await startServer([], { maxMessageBytes: 10_000 }, { onerror: (error) => errors.push(error), timeoutMs: 300 });
    await expect(peer.request('text', { bytes: 20_000 })).rejects.toMatchObject({ code: 'timeout' });
    expect(errors).toMatchObject([{ code: 'message-too-large', details: { limit: 10_000 } }]);
    expect(await peer.request('echo', { a: 1 })).toEqual({ a: 1 });
    await peer.close();
  });

  test("the official SDK's maxBufferSize is understood as maxMessageBytes", async () => {
    const errors: Error[] = [];
    const { peer } = await startServer([], { maxBufferSize: 10_000 }, { onerror: (error) => errors.push(error), timeoutMs: 300 });
    await expect(peer.request('text', { bytes: 20_000 })).rejects.toMatchObject({ code: 'timeout' });
    expect(errors).toMatchObject([{ code: 'message-too-large' }]);
    await peer.close();
  });
});

describe('back-pressure', () => {
  test('send waits while the server does not read, memory stays bounded, and all of it arrives once it does', async () => {
    const server = rawServer('reads-when-told', { maxQueuedBytes: 256 * 1024, maxWaitingSends: 10_000 });
    await server.transport.start();
    await until('it runs', () => server.said.length === 1);
    const line = { jsonrpc: '2.0' as const, method: 'note', params: { text: 'x'.repeat(10_000) } };
    let accepted = 0;
    const sends: Array<Promise<void>> = [];
    for (let n = 0; n < 5_000; n++) {
      const sent = server.transport.send(line).then(() => {
        accepted++;
      });
      sends.push(sent);
    }
    await sleep(100);
    // The queue, and the kernel's buffers.
    expect(accepted).toBeLessThan(200);
    process.kill(server.transport.pid as number, 'SIGUSR2');
    await Promise.all(sends);
    await server.transport.close();
    expect(server.said).toEqual(['here', '5000']);
  });

  test('a send beyond maxWaitingSends is refused with queue-overflow; the others are not lost', async () => {
    const server = rawServer('reads-when-told', { maxQueuedBytes: 64 * 1024, maxWaitingSends: 100 });
    await server.transport.start();
    await until('it runs', () => server.said.length === 1);
    const text = 'x'.repeat(10_000);
    const settled = Promise.allSettled(
      Array.from({ length: 1_000 }, () => server.transport.send({ jsonrpc: '2.0', method: 'note', params: { text } })),
    );
    process.kill(server.transport.pid as number, 'SIGUSR2');
    const outcomes = await settled;
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(new Set(refused.map(({ reason }) => reason.code))).toEqual(new Set(['queue-overflow']));
    await server.transport.close();
    expect(server.said).toEqual(['here', String(1_000 - refused.length)]);
  });

  test('several thousand queued sends leave no listener behind on any stream', async () => {
    const warnings: Error[] = [];
    const onwarning = (warning: Error): void => {
      warnings.push(warning);
    };
    process.on('warning', onwarning);
    const { peer } = await startServer([], { maxQueuedBytes: 32 * 1024 });
    const text = 'x'.repeat(1_000);
    const answers = await Promise.all(Array.from({ length: 5_000 }, (_, n) => peer.request('echo', { n, text })));
    expect(answers).toHaveLength(5_000);
    await peer.close();
    await sleep(0);
    process.off('warning', onwarning);
    expect(warnings).toEqual([]);
  });
});
