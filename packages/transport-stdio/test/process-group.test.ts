import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { expectNoLeftovers, testEnv } from './support/leftovers.js';
import { isRunning, runningProcesses } from './support/processes.js';
import { fixture, nodeProgram, Observed } from './support/servers.js';
import { until } from './support/until.js';

expectNoLeftovers();

/** The members of a process group that run. */
function membersOf(group: number): number[] {
  return runningProcesses()
    .filter((running) => running.group === group)
    .map((running) => running.pid);
}

describe('close leaves no descendant alive', () => {
  const stubborn = ['--ignore-eof', '--ignore-sigterm'];

  test.each([
    ['a launcher as npx is one', () => nodeProgram('wrapper.js', [fixture('server.js')])],
    ['a launcher whose program ignores the end of its stdin', () => nodeProgram('wrapper.js', [fixture('server.js'), '--ignore-eof'])],
    ['a launcher whose program ignores SIGTERM too', () => nodeProgram('wrapper.js', [fixture('server.js'), ...stubborn])],
    ['a launcher of a launcher', () => nodeProgram('wrapper.js', [fixture('wrapper.js'), fixture('server.js'), ...stubborn])],
    [
      'a shell script',
      () => ({
        command: '/bin/sh',
        args: ['-c', `"${process.execPath}" "${fixture('server.js')}" ${stubborn.join(' ')}; true`],
        env: testEnv(),
      }),
    ],
  ])('%s', async (_what, parameters) => {
    const server = new Observed({ ...parameters(), graceMs: 300 });
    await server.transport.start();
    await server.transport.send({ jsonrpc: '2.0', id: 1, method: 'pid' });
    await until('the program behind it answers', () => server.messages.length === 1);
    const group = server.transport.pid as number;
    expect(membersOf(group).length).toBeGreaterThanOrEqual(2);
    await server.transport.close();
    expect(membersOf(group)).toEqual([]);
  });

  test('… and none when the server crashes and leaves a child behind', async () => {
    const server = new Observed({
      command: '/bin/sh',
      args: ['-c', 'trap "" TERM; sleep 1000 & kill -9 $$'],
      env: testEnv(),
      graceMs: 200,
    });
    await server.transport.start();
    const group = server.transport.pid as number;
    await server.closed;
    expect(membersOf(group)).toEqual([]);
    expect(server.transport.closeReason).toMatchObject({ kind: 'peer-gone', signal: 'SIGKILL' });
  });

  test('a child that the server started and ended long before is not waited for', async () => {
    // It stays a zombie: the shell never collects it, since it becomes another program.
    const server = new Observed({
      command: '/bin/sh',
      args: ['-c', `sleep 0 & exec "${process.execPath}" "${fixture('server.js')}"`],
      env: testEnv(),
      graceMs: 5_000,
    });
    await server.transport.start();
    await server.transport.send({ jsonrpc: '2.0', id: 1, method: 'pid' });
    await until('it answers', () => server.messages.length === 1);
    await server.transport.close();
    expect(server.transport.closeReason).toEqual({ kind: 'closed', exitCode: 0, signal: null });
  });
});

describe('when our own process ends without closing', () => {
  interface Family {
    child: ChildProcess;
    server: number;
    parent: number;
  }

  async function startFamily(how: string, ...server: string[]): Promise<Family> {
    const child = spawn(process.execPath, [fixture('parent.js'), how, ...server], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, ...testEnv() },
    });
    const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
    const [line] = (await once(lines, 'line')) as [string];
    lines.close();
    return { child, ...JSON.parse(line) };
  }

  test('killed with SIGKILL: its servers end, because their stdin does', async () => {
    const { child, server, parent } = await startFamily('waits', fixture('server.js'));
    expect(isRunning(server)).toBe(true);
    process.kill(parent, 'SIGKILL');
    await until('the server is gone', () => !isRunning(server));
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });

  test('… those behind a launcher as well', async () => {
    const { child, server, parent } = await startFamily('waits', fixture('wrapper.js'), fixture('server.js'));
    process.kill(parent, 'SIGKILL');
    await until('the launcher and the server are gone', () => membersOf(server).length === 0);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });

  test.each([
    ['process.exit', 'exits'],
    ['an uncaught exception', 'crashes'],
  ])('%s: servers that ignore the end of their stdin are ended too, with what they started', async (_what, how) => {
    const { child, server } = await startFamily(how, fixture('wrapper.js'), fixture('server.js'), '--ignore-eof');
    await until('the launcher and the server are gone', () => membersOf(server).length === 0);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });

  test('after close nothing keeps the process from ending by itself', async () => {
    const { child } = await startFamily('finishes', fixture('server.js'), '--ignore-eof');
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(0);
  });
});
