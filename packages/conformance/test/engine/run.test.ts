import { describe, expect, test, vi } from 'vitest';
import { breach, type Check, exitCodeOf, RunError, run, Unreachable } from '../../src/index.js';
import { areGone, scriptServer, stdioServer } from '../support.js';

// Each starts a server several times, on whatever else the machine does.
vi.setConfig({ testTimeout: 60_000 });

const everywhere = { transports: ['stdio'], spec: [], level: 'must', title: 'It is right', remedy: 'Mend it.' } as const;
const REVISION = '2025-11-25';

/** Runs checks that are made up here against the correct server. */
function runChecks(checks: readonly Partial<Check>[], options: Partial<Parameters<typeof run>[0]> = {}): ReturnType<typeof run> {
  const whole = checks.map((check, index) => ({ id: `test/${index}`, revisions: [REVISION], ...everywhere, ...check }) as Check);
  return run({ target: stdioServer(), revisions: [REVISION], checks: whole, timeoutMs: 3_000, ...options });
}

describe('what a check comes to', () => {
  test('a check that returns passes; a breach fails, and of a SHOULD warns', async () => {
    const wrong = async (): Promise<void> => breach('it is wrong', { expected: 1, received: 2 });
    const report = await runChecks([{ run: async () => {} }, { run: wrong }, { run: wrong, level: 'should' }]);
    expect(report.outcomes.map(({ verdict }) => verdict)).toEqual(['pass', 'fail', 'warn']);
    expect(report.outcomes[1]).toMatchObject({ reason: 'it is wrong', expected: 1, received: 2, remedy: 'Mend it.' });
    expect(exitCodeOf(report)).toBe(1);
  });

  test('what goes wrong in a positive control is inconclusive, and never a pass', async () => {
    const report = await runChecks([{ run: (context) => context.control('it works', async () => breach('it does not')) }]);
    expect(report.outcomes[0]).toMatchObject({ verdict: 'inconclusive', reason: 'what has to work first did not (it works): it does not' });
    expect(exitCodeOf(report)).toBe(3);
  });

  test('a fault of the check itself is inconclusive, and says where it is', async () => {
    const report = await runChecks([
      {
        run: async () => {
          throw new TypeError('oops');
        },
      },
    ]);
    expect(report.outcomes[0]?.verdict).toBe('inconclusive');
    expect(report.outcomes[0]?.reason).toMatch(/^the check itself failed: TypeError: oops[\s\S]*run\.test/);
  });

  test('a check that hangs ends with its time, and the others go on', async () => {
    const report = await runChecks([{ run: () => new Promise(() => {}), limitMs: 300 }, { run: async () => {} }], { timeoutMs: 100 });
    expect(report.outcomes.map(({ verdict }) => verdict)).toEqual(['inconclusive', 'pass']);
    expect(report.outcomes[0]?.reason).toBe('the check took longer than its 300 ms');
  });

  test('a check whose needs are not met does not apply, and says what is missing', async () => {
    const fail = async (): Promise<void> => breach('it ran');
    const report = await runChecks([
      { run: fail, needs: ['capability:completions'] },
      { run: fail, needs: ['probe-tool'] },
      { run: fail, needs: ['slow-tool'] },
    ]);
    expect(report.outcomes.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ['not-applicable', 'the server does not declare the capability completions'],
      ['not-applicable', 'it needs a tool that may be called: --probe-tool NAME'],
      ['not-applicable', 'it needs a tool that takes its time: --slow-tool NAME'],
    ]);
    expect(exitCodeOf(report)).toBe(0);
  });

  test('a breach on a used connection is tried again on a fresh one; what only shows on the first is inconclusive', async () => {
    let runs = 0;
    const report = await runChecks([{ uses: 'shared', run: async () => (++runs === 1 ? breach('once') : undefined) }]);
    expect(runs).toBe(2);
    expect(report.outcomes[0]).toMatchObject({
      verdict: 'inconclusive',
      reason: 'on a connection that other checks had used before, and not on a fresh one: once',
    });
  });

  test('what is done once for several checks, and fails, is shown with its bytes by each of them', async () => {
    const check: Partial<Check> = {
      async run(context) {
        const session = await context.open();
        await context.once('the odd request', async () => {
          await session.request('test/odd');
          breach('the odd request says it');
        });
      },
    };
    const report = await runChecks([check, check], { concurrency: 1 });
    expect(report.outcomes.map(({ reason }) => reason)).toEqual(['the odd request says it', 'the odd request says it']);
    for (const { exchanges = [] } of report.outcomes)
      expect(
        exchanges
          .at(-1)
          ?.entries.map(({ text }) => text)
          .join('\n'),
      ).toMatch(/"method":"test\/odd"[\s\S]*"error"/);
  });

  test('the transcript shows what was sent and what came, and no secrets', async () => {
    const report = await runChecks(
      [
        {
          async run(context) {
            const session = await context.open();
            await session.request('tools/call', { name: 'echo', arguments: { text: 'the hush-hush-value', api_key: 'k-123456' } });
            breach('see the bytes');
          },
        },
      ],
      { target: { ...stdioServer(), env: { SOME_TOKEN: 'hush-hush-value' } } },
    );
    const entries = report.outcomes[0]?.exchanges?.flatMap((exchange) => exchange.entries) ?? [];
    const texts = entries.map(({ kind, text }) => `${kind} ${text}`).join('\n');
    expect(texts).toMatch(/^event started .*\nsent .*"initialize"[\s\S]*received [\s\S]*sent .*tools\/call.*[\s\S]*received .*content/);
    expect(texts).not.toMatch(/hush-hush|k-123456/);
    expect(texts).toContain('the [redacted]');
  });
});

describe('a server that cannot be judged', () => {
  test.each([
    ['is no program', { transport: 'stdio', command: 'mcp-no-such-program' } as const, /can't be started: there is no such program/],
    ['exits', scriptServer("console.error('no config'); process.exit(3)"), /exited with code 3[\s\S]*It logged:\nno config/],
    [
      'answers everything with an error',
      scriptServer(errorServer()),
      /no revision could be agreed on: initialize was answered with an error/,
    ],
    [
      'stays silent',
      scriptServer('setInterval(() => {}, 1000)'),
      /no revision could be agreed on: initialize was not answered within 1500 ms/,
    ],
    ['writes no JSON', scriptServer("setInterval(() => console.log('hello'), 100)"), /a line that came is not JSON/],
  ])('one that %s is unreachable: nothing is counted', async (_, target, message) => {
    const failed = await run({ target, startMs: 1_500 }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(Unreachable);
    expect((failed as Error).message).toMatch(message);
  });

  test('one that lacks the revision is told by name', async () => {
    const failed = await run({ target: stdioServer('--modern-only'), revisions: ['2025-06-18'] }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(RunError);
    expect((failed as Error).message).toBe('the server does not support 2025-06-18; it supports 2026-07-28');
  });

  test('a selection that leaves no check is an error', async () => {
    await expect(run({ target: stdioServer(), only: ['nothing/*'] })).rejects.toThrow('no check is left');
  });
});

describe('when a run is over', () => {
  test('every process that it started is gone, and what those started too', async () => {
    const pids: number[] = [];
    // A server that starts a child which holds its pipes, and outlives it unless it is ended as well.
    const target = scriptServer(`
      const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
      process.stderr.write('child ' + child.pid + '\\n');
      ${legacyServer()}
    `);
    await run({
      target,
      revisions: [REVISION],
      checks: [
        {
          ...everywhere,
          id: 'test/pids',
          revisions: [REVISION],
          async run(context) {
            const { connection } = await context.open();
            const child = await vi.waitUntil(() => /child (\d+)/.exec(connection.log ?? ''), { timeout: 10_000 });
            pids.push(Number(child[1]), (connection as unknown as { pid: number }).pid);
          },
        },
      ],
    });
    expect(pids.filter((pid) => pid > 0)).toHaveLength(2);
    await areGone(pids);
  });

  test('its signal ends it at once, processes and all', async () => {
    const controller = new AbortController();
    let pid = 0;
    const running = runChecks(
      [
        {
          async run(context) {
            const { connection } = await context.open();
            pid = (connection as unknown as { pid: number }).pid;
            setTimeout(() => controller.abort(new Error('enough')), 50);
            await new Promise(() => {});
          },
        },
      ],
      { signal: controller.signal },
    );
    await expect(running).rejects.toThrow('enough');
    expect(pid).toBeGreaterThan(0);
    await areGone([pid]);
  });
});

test('each connection of a run that is not shared is a process of its own', async () => {
  const pids = new Set<number>();
  await runChecks([
    {
      async run(context) {
        for (const session of [await context.open(), await context.open()])
          pids.add((session.connection as unknown as { pid: number }).pid);
      },
    },
  ]);
  expect(pids.size).toBe(2);
});

function errorServer(): string {
  return `
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const { id } = JSON.parse(line);
      if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32603, message: 'Server not initialized' } }));
    });`;
}

function legacyServer(): string {
  return `
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const { id, method, params } = JSON.parse(line);
      const result = method === 'initialize' ? { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo: { name: 's', version: '1' } } : {};
      if (id !== undefined && method !== 'server/discover') console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
    });`;
}
