import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLatencies } from '../src/measure/latencies.js';
import { driveClosedLoop, driveOpenLoop } from '../src/own-server/drive.js';
import { describeTarget, remoteHostOf } from '../src/own-server/own-server.js';
import { Pace } from '../src/own-server/pace.js';
import { readReport } from '../src/report/read-report.js';
import type { Report } from '../src/report/report.js';
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

/** The results of one test: several run at once. */
class Results {
  readonly directory: string;

  constructor(name: string) {
    this.directory = join(bench.directory, 'results', name);
  }

  run(...args: string[]) {
    return bench.run('--out', this.directory, ...args);
  }

  read(file: string): Promise<string> {
    return readFile(join(this.directory, file), 'utf8');
  }

  report(): Promise<Report> {
    return readReport(join(this.directory, 'latest.json'));
  }
}

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

const smoke = ['--profile', 'smoke'];

describe.runIf(process.platform !== 'win32')('a server of the reader’s own', { timeout: timeoutMs, concurrent: true }, () => {
  test('over stdio: set-up, latency both ways, throughput and concurrency of a tool, in the same report', async () => {
    const results = new Results('stdio');
    const target = `${process.execPath} ${program('stdio/sdk-v2-tools.js')}`;
    const run = await results.run(...smoke, '--target', target, '--tool', 'echo', '--args', '{"text":"hi there"}');
    expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('latest.csv')]);
    const report = await results.report();
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
    expect(await results.read('latest.html')).toContain('latency by percentile');
  });

  test.each([
    ['Streamable HTTP', 'http/sdk-v1.js', ['json'], /over Streamable HTTP, revision/],
    ['HTTP+SSE', 'sse/sdk-v1.js', [], /over HTTP\+SSE, revision .*; each call is the tool echo/],
  ])('over %s, which is found out; headers do not reach the report', async (name, server, args, about) => {
    const results = new Results(name);
    await serve(server, args, async (url) => {
      const secret = ['--target', `${url}?key=very-secret`, '--header', 'Authorization: Bearer very-secret'];
      const call = ['--tool', 'echo', '--args', '{"text":"hi"}', '--only', 'server/latency'];
      const run = await results.run(...smoke, '--rounds', '1', ...secret, ...call);
      expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('Written')]);
    });
    for (const file of ['latest.json', 'latest.md', 'latest.html', 'latest.csv'])
      expect(await results.read(file)).not.toContain('very-secret');
    expect((await results.report()).targets[0]?.about).toMatch(about);
  });

  test('keeps what was measured when it crashes mid-run, quotes its last words, and exits with 1', async () => {
    const results = new Results('crash');
    const target = `${process.execPath} ${failingServer} 400 crash`;
    const run = await results.run('--rounds', '500', '--target', target, '--only', 'server/open-loop', '--rate', '200');
    expect(run.code).toBe(1);
    const { rows, gaps, targets } = await results.report();
    expect(rows).toMatchObject([{ scenario: 'server/open-loop', params: { perSecond: 200 } }]);
    // In which round it has had enough calls to crash is a matter of the machine's speed.
    const kept = rows[0]?.rounds as number;
    expect(kept).toBeGreaterThan(0);
    expect(gaps).toMatchObject([{ kind: 'failed' }]);
    expect(gaps[0]?.reason).toMatch(new RegExp(`^round ${kept + 1} of .*the disk is on fire.*the rounds before it are kept: ${kept}`, 's'));
    expect(run.stdout).toContain('the disk is on fire');
    // What a server calls itself reaches no terminal as a command.
    expect(targets[0]?.title).toBe('failing');
    expect(run.stdout).not.toContain('\u001b');
  });

  test('reports what is done when it is interrupted', async () => {
    const results = new Results('interrupted');
    const target = `${process.execPath} ${failingServer} 1e9 never`;
    const only = ['--only', 'server/latency', 'server/concurrency'];
    const child = bench.start(...smoke, '--out', results.directory, '--rounds', '60', '--target', target, ...only);
    child.stdout?.resume();
    if (child.stderr === null) throw new Error('no stderr');
    for await (const line of createInterface({ input: child.stderr })) {
      if (line.startsWith('[2/')) break;
    }
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(130);
    const { rows, interrupted, targets } = await results.report();
    expect(interrupted).toBe(true);
    expect(rows[0]).toMatchObject({ scenario: 'server/latency', rounds: 60 });
    // Without --tool the cheapest request is made that the server answers.
    expect(targets[0]?.about).toContain('each call is ping');
  });
});

// Functions, as where the server programs are is known later.
const refusals: readonly [string, () => string[], number, RegExp][] = [
  ['can not be reached', () => ['http://127.0.0.1:9/mcp'], 1, /http:\/\/127\.0\.0\.1:9\/mcp: the target can't be reached: .*ECONNREFUSED/],
  ['is no program', () => ['./no-such-server --x'], 1, /no-such-server --x: the target can't be reached: .*no-such-server/],
  [
    'does not know the tool',
    () => [`${process.execPath} ${program('stdio/sdk-v2-tools.js')}`, '--tool', 'ecko'],
    1,
    /has no tool 'ecko'. It has: echo/,
  ],
  ['needs a shell', () => ['node server.js | tee log'], 2, /Only a shell understands "\|"/],
  [
    'is not this machine',
    () => ['https://host.example/mcp'],
    2,
    /WARNING: host\.example is not this machine[\s\S]*up to 20 requests a second[\s\S]*add --yes/,
  ],
  ['is given arguments that are no object', () => ['node x', '--tool', 'a', '--args', '[1]'], 2, /must be a JSON object/],
  ['is given arguments and no tool', () => ['node x', '--args', '{}'], 2, /name it with --tool/],
  ['is given half a header', () => ['node x', '--header', 'secret'], 2, /A header is a name, a colon and a value/],
  ['is to be asked at no rate', () => ['node x', '--rate', '0'], 2, /requests a second/],
  ['is to be measured in what there is not', () => ['node x', '--only', 'server/latencies'], 2, /Nearest: server\/latency/],
];

describe.runIf(process.platform !== 'win32')('before anything is measured', { timeout: timeoutMs, concurrent: true }, () => {
  test.each(refusals)('a server that %s is refused with a message', async (_, toArgs, code, message) => {
    const run = await bench.run(...smoke, '--out', bench.results, '--target', ...toArgs());
    expect([run.code, run.stdout, run.stderr]).toEqual([code, '', expect.stringMatching(message)]);
    expect(run.stderr).not.toContain('    at ');
  });

  test('a rate without a server is refused with a message', async () => {
    const run = await bench.run(...smoke, '--out', bench.results, '--rate', '5');
    expect([run.code, run.stdout, run.stderr]).toEqual([2, '', expect.stringMatching(/name it with --target/)]);
  });
});

test.skipIf(process.platform === 'win32')('nothing is left of all this', async () => {
  await expect.poll(() => bench.leftProcesses(), { timeout: 5000 }).toEqual([]);
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
