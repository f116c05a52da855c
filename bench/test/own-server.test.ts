import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLatencies } from '../src/measure/latencies.js';
import { driveClosedLoop, driveOpenLoop } from '../src/own-server/drive.js';
import { describeTarget, remoteHostOf } from '../src/own-server/own-server.js';
import { Pace } from '../src/own-server/pace.js';
import { readReport } from '../src/report/read-report.js';
import { endServerProcess, startServerProcess } from '../src/targets/server-process.js';
import { BenchCopy } from './support/bench-copy.js';

const timeoutMs = 120_000;
const failingServer = fileURLToPath(new URL('fixtures/failing-server.js', import.meta.url));
let bench: BenchCopy;
beforeAll(async () => {
  bench = await BenchCopy.create();
});
afterAll(() => bench.remove());

const program = (name: string): string => join(bench.directory, 'dist/targets/programs', name);
const measure = (...args: string[]) => bench.run('--profile', 'smoke', '--out', bench.results, ...args);

/** A server program of the bench over HTTP, which says on a line where it listens. */
async function serve<T>(name: string, args: string[], use: (url: string) => Promise<T>): Promise<T> {
  const child = await startServerProcess({ command: process.execPath, args: [program(name), ...args] }, () => {});
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    return await use(line.trim());
  } finally {
    await endServerProcess(child);
  }
}

describe.runIf(process.platform !== 'win32')('a server of the reader’s own', { timeout: timeoutMs }, () => {
  test('over stdio: set-up, latency both ways, throughput and concurrency of a tool, in the same report', async () => {
    const target = `${process.execPath} ${program('stdio/sdk-v2-tools.js')}`;
    const run = await measure('--target', target, '--tool', 'echo', '--args', '{"text":"hi there"}');
    expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('latest.csv')]);
    const report = await readReport(join(bench.results, 'latest.json'));
    expect(report.rows.map(({ scenario }) => scenario)).toEqual([
      'server/set-up',
      'server/latency',
      'server/open-loop',
      'server/throughput',
      'server/concurrency',
      'server/concurrency',
    ]);
    for (const { metrics, target: name } of report.rows) {
      expect(name).toBe('server');
      for (const [key, value] of Object.entries(metrics)) expect(value, key).toBeGreaterThan(0);
    }
    expect(report.rows.at(-1)?.metrics.connected).toBe(4);
    expect(report.targets).toMatchObject([{ role: 'subject', about: expect.stringMatching(/over stdio, revision 20.*the tool echo/) }]);
    expect(report.gaps).toEqual([]);
    expect(run.stdout).toContain('One call at a time');
    expect(await bench.readResult('latest.html')).toContain('latency by percentile');
    await expect.poll(() => bench.leftProcesses(), { timeout: 3000 }).toEqual([]);
  });

  test('over Streamable HTTP and over HTTP+SSE, which is found out; headers do not reach the report', async () => {
    const header = 'Authorization: Bearer very-secret';
    const only = ['--only', 'server/latency', 'server/set-up'];
    const about = async (url: string): Promise<string> => {
      const run = await measure(
        '--target',
        `${url}?key=very-secret`,
        '--header',
        header,
        '--tool',
        'echo',
        '--args',
        '{"text":"hi"}',
        ...only,
      );
      expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('Written')]);
      for (const name of ['latest.json', 'latest.md', 'latest.html', 'latest.csv'])
        expect(await bench.readResult(name)).not.toContain('very-secret');
      return (await bench.readReport()).targets[0]?.about as string;
    };
    expect(await serve('http/sdk-v1.js', ['json'], about)).toContain('over Streamable HTTP, revision');
    expect(await serve('sse/sdk-v1.js', [], about)).toMatch(/over HTTP\+SSE, revision .*; each call is the tool echo/);
  });

  test('keeps what was measured when it crashes mid-run, quotes its last words, and exits with 1', async () => {
    const target = `${process.execPath} ${failingServer} 400 crash`;
    const run = await bench.run(
      '--out',
      bench.results,
      '--rounds',
      '500',
      '--target',
      target,
      '--only',
      'server/open-loop',
      '--rate',
      '200',
    );
    expect(run.code).toBe(1);
    const { rows, gaps, targets } = await bench.readReport();
    expect(rows).toMatchObject([{ scenario: 'server/open-loop', params: { perSecond: 200 }, rounds: 1 }]);
    expect(gaps).toMatchObject([
      { kind: 'failed', reason: expect.stringMatching(/^round 2 of .*the disk is on fire.*the rounds before it are kept: 1/s) },
    ]);
    expect(run.stdout).toContain('the disk is on fire');
    // What a server calls itself reaches no terminal as a command.
    expect(targets[0]?.title).toBe('failing');
    expect(run.stdout).not.toContain('\u001b');
  });

  test('reports what is done when it is interrupted', async () => {
    const target = `${process.execPath} ${failingServer} 1e9 never`;
    const only = ['--only', 'server/latency', 'server/concurrency'];
    const child = bench.start('--profile', 'smoke', '--out', bench.results, '--rounds', '60', '--target', target, ...only);
    child.stdout?.resume();
    if (child.stderr === null) throw new Error('no stderr');
    for await (const line of createInterface({ input: child.stderr })) {
      if (line.startsWith('[2/')) break;
    }
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(130);
    const { rows, interrupted, targets } = await bench.readReport();
    expect(interrupted).toBe(true);
    expect(rows[0]).toMatchObject({ scenario: 'server/latency', rounds: 60 });
    // Without --tool the cheapest request is made that the server answers.
    expect(targets[0]?.about).toContain('each call is ping');
  });

  test('that can not be reached, or does not know the tool, ends it with a message before anything is measured', async () => {
    const cases: [string[], number, RegExp][] = [
      [['--target', 'http://127.0.0.1:9/mcp'], 1, /http:\/\/127\.0\.0\.1:9\/mcp: the target can't be reached: .*ECONNREFUSED/],
      [['--target', './no-such-server --x'], 1, /no-such-server --x: the target can't be reached: .*no-such-server/],
      [['--target', `${process.execPath} ${program('stdio/sdk-v2-tools.js')}`, '--tool', 'ecko'], 1, /has no tool 'ecko'. It has: echo/],
      [['--target', 'node server.js | tee log'], 2, /Only a shell understands "\|"/],
      [
        ['--target', 'https://host.example/mcp'],
        2,
        /WARNING: host\.example is not this machine[\s\S]*up to 20 requests a second[\s\S]*add --yes/,
      ],
      [['--target', 'node x', '--tool', 'a', '--args', '[1]'], 2, /must be a JSON object/],
      [['--target', 'node x', '--args', '{}'], 2, /name it with --tool/],
      [['--target', 'node x', '--header', 'secret'], 2, /A header is a name, a colon and a value/],
      [['--target', 'node x', '--rate', '0'], 2, /requests a second/],
      [['--target', 'node x', '--only', 'server/latencies'], 2, /Nearest: server\/latency/],
      [['--rate', '5'], 2, /name it with --target/],
    ];
    for (const [args, code, message] of cases) {
      const run = await measure(...args);
      expect([args, run.code, run.stdout, run.stderr]).toEqual([args, code, '', expect.stringMatching(message)]);
      expect(run.stderr).not.toContain('    at ');
    }
  });
});

test('an address is this machine’s when it says so itself', () => {
  for (const target of ['python server.py', 'http://127.0.0.1:1/', 'http://localhost/mcp', 'http://[::1]:3/', 'mcp+sse://127.9.9.9/sse'])
    expect([target, remoteHostOf(target)]).toEqual([target, undefined]);
  for (const target of ['https://host.example/mcp', 'http://10.0.0.1/', 'http://127.example.com/', 'http://0.0.0.0/'])
    expect([target, remoteHostOf(target)]).toEqual([target, new URL(target).host]);
  expect(describeTarget('https://host.example/mcp?key=1')).toBe('https://host.example/mcp?…');
});

describe('the driver', () => {
  test('of the open loop counts from when a call should have left: a stall is charged to all behind it', async () => {
    const latencies = await createLatencies();
    let free: Promise<void> = Promise.resolve();
    let calls = 0;
    // One at a time, and the first takes 200 ms.
    const callee = {
      call: () => {
        const ms = calls++ === 0 ? 200 : 0;
        free = free.then(() => new Promise((resolve) => setTimeout(resolve, ms)));
        return free;
      },
    };
    const { calls: answered, unanswered } = await driveOpenLoop(callee, { perSecond: 100, durationMs: 200, latencies, drainMs: 2000 });
    expect([answered, unanswered]).toEqual([20, 0]);
    expect(latencies.getValueAtPercentile(50) / 1e6).toBeGreaterThan(60);
  });

  test('of the open loop ends when a server answers nothing, and counts what had passed', async () => {
    const latencies = await createLatencies();
    const callee = {
      call: (signal?: AbortSignal) =>
        new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))),
    };
    const { calls, unanswered } = await driveOpenLoop(callee, { perSecond: 100, durationMs: 100, latencies, drainMs: 100 });
    expect([calls, unanswered]).toEqual([0, 10]);
    expect(latencies.maxValue / 1e6).toBeGreaterThan(190);
  });

  test('of the closed loop rejects with the first error, when all others have settled', async () => {
    const latencies = await createLatencies();
    let calls = 0;
    const callee = {
      call: async () => {
        if (++calls === 5) throw new Error('the fifth');
        await new Promise(setImmediate);
      },
    };
    const driving = driveClosedLoop([callee, callee, callee], { durationMs: 60_000, latencies, pace: new Pace(undefined) });
    await expect(driving).rejects.toThrow('the fifth');
  });

  test('keeps to its rate', async () => {
    const latencies = await createLatencies();
    const { calls } = await driveClosedLoop([{ call: async () => {} }], { durationMs: 300, latencies, pace: new Pace(50) });
    expect(calls).toBeGreaterThan(3);
    expect(calls).toBeLessThanOrEqual(17);
  });
});
