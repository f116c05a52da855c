import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'parse5';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BenchCopy } from './support/bench-copy.js';

const timeoutMs = 120_000;
let bench: BenchCopy;
beforeAll(async () => {
  bench = await BenchCopy.create();
});
afterAll(() => bench.remove());

/** Processes end a moment after the bench has; those that stay are a fault. */
async function expectNothingLeft(): Promise<void> {
  await expect.poll(() => bench.leftProcesses(), { timeout: 3000 }).toEqual([]);
}

describe.runIf(process.platform !== 'win32')('the bench', () => {
  test(
    'measures real targets and writes the three files',
    async () => {
      const copy = join(bench.directory, 'kept/run.json');
      const only = ['--only', 'stdio/pipelined', 'stdio/ping-pong', '--only', 'framing/decode'];
      const run = await bench.run(
        '--profile',
        'smoke',
        ...only,
        '--targets',
        'floor,mcpwire,sdk-v2',
        '--out',
        bench.results,
        '--json',
        copy,
      );
      expect(run.stderr).toContain('latest.html');
      expect(run.code).toBe(0);
      expect(run.stdout).toContain('× sdk-v2');

      const report = await bench.readReport();
      expect(report).toMatchObject({ schemaVersion: 1, profile: 'smoke', interrupted: false, gaps: [] });
      expect(report.startedAt).toMatch(/^\d{4}-\d\d-\d\dT/);
      expect(report.machine.node).toBe(process.version);
      expect(report.command).toMatch(/^bench --profile smoke/);
      expect(report.rows.map(({ scenario, target }) => `${scenario} ${target}`)).toEqual(
        ['stdio/pipelined', 'stdio/ping-pong', 'framing/decode'].flatMap((name) =>
          ['floor', 'mcpwire', 'sdk-v2'].map((target) => `${name} ${target}`),
        ),
      );
      const row = report.rows.find(({ scenario, target }) => scenario === 'stdio/pipelined' && target === 'mcpwire');
      expect(row).toMatchObject({ params: { bytes: 100, window: 1024 }, rounds: 2, noisy: expect.any(Boolean) });
      const keys = [
        'clientCpuUsPerMessage',
        'clientPeakRssMiB',
        'cpuUsPerMessage',
        'megabytesPerSecond',
        'messagesPerSecond',
        'p50Us',
        'p99Us',
        'serverCpuUsPerMessage',
        'serverPeakRssMiB',
      ];
      expect(Object.keys(row?.metrics ?? {}).sort()).toEqual(keys);
      for (const key of keys) {
        const { min = 0, max = 0 } = row?.spread[key] ?? {};
        expect(min, key).toBeGreaterThan(0);
        expect(row?.metrics[key], key).toBeGreaterThanOrEqual(min);
        expect(row?.metrics[key], key).toBeLessThanOrEqual(max);
      }
      expect(report.targets.find(({ name }) => name === 'sdk-v2')?.version).toBe('2.4.0');
      expect(report.goals.find(({ title }) => title.startsWith('Messages per second'))?.measured).toBeGreaterThan(0);

      expect(await bench.readResult('latest.md')).toContain('## Many requests in flight');
      expect(parse(await bench.readResult('latest.html')).childNodes.length).toBeGreaterThan(0);
      expect(await bench.readResult('../kept/run.json')).toBe(await bench.readResult('latest.json'));
      await expectNothingLeft();
    },
    timeoutMs,
  );

  test(
    'measures what no message rate shows: spawning, importing, overtaking, and what a pipe holds',
    async () => {
      const only = ['stdio/ping-pong', 'stdio/spawn', 'stdio/multiplex', 'stdio/pipe-buffer', 'stdio/bytes', 'import'];
      const run = await bench.run('--profile', 'smoke', '--only', ...only, '--targets', 'floor,mcpwire', '--out', bench.results);
      expect(run.code).toBe(0);
      const { rows, claims } = await bench.readReport();
      const find = (scenario: string, target: string) => rows.find((row) => row.scenario === scenario && row.target === target);
      expect(find('stdio/spawn', 'mcpwire')?.metrics.spawnMs).toBeGreaterThan(5);
      expect(find('stdio/multiplex', 'mcpwire')?.metrics.outOfOrderAnswers).toBeGreaterThan(32);
      expect(find('stdio/pipe-buffer', 'floor')?.metrics.acceptedBytes).toBeGreaterThanOrEqual(4096);
      expect(rows.filter(({ scenario }) => scenario === 'stdio/bytes').map(({ params, target }) => `${params.layer} ${target}`)).toEqual([
        'raw floor',
        'framed floor',
        'parsed floor',
        'parsed mcpwire',
      ]);
      expect(find('import', 'mcpwire')?.metrics.installedMB).toBeGreaterThan(0.01);
      expect(find('import', 'floor')?.metrics).toMatchObject({ installedMB: 0, installedPackages: 0 });
      for (const { id, verdict, measurements } of claims.filter((claim) => claim.id.startsWith('stdio-'))) {
        expect(verdict, id).not.toBe('not measured');
        expect(measurements.length, id).toBeGreaterThan(0);
      }
      await expectNothingLeft();
    },
    timeoutMs,
  );

  test(
    'reports what is done when it is interrupted, and leaves no process behind',
    async () => {
      const args = [
        '--profile',
        'smoke',
        '--only',
        'stdio/p*e*d',
        'stdio/ping-pong',
        '--targets',
        'floor,mcpwire',
        '--rounds',
        '60',
        '--out',
        bench.results,
      ];
      const child = bench.start(...args);
      child.stdout?.resume();
      if (child.stderr === null) throw new Error('no stderr');
      for await (const line of createInterface({ input: child.stderr })) {
        if (line.startsWith('[2/2]')) break;
      }
      child.kill('SIGINT');
      const [code] = (await once(child, 'exit')) as [number | null];
      expect(code).toBe(130);
      const report = await bench.readReport();
      expect(report.interrupted).toBe(true);
      expect(report.rows.filter(({ scenario }) => scenario === 'stdio/pipelined')).toMatchObject([{ rounds: 60 }, { rounds: 60 }]);
      expect(report.gaps).toEqual([]);
      expect(await bench.readResult('latest.html')).toContain('Interrupted');
      await expectNothingLeft();
    },
    timeoutMs,
  );

  test(
    'keeps what was measured of a target that crashes mid-run, quotes its last words, measures the others, and exits with 1',
    async () => {
      const programs = join(bench.directory, 'dist/targets/programs/stdio');
      const healthy = await readFile(join(programs, 'floor.js'), 'utf8');
      const dying = `${healthy}\nsetTimeout(() => { process.stderr.write('the disk is on fire\\n'); process.exit(7); }, 3000);\n`;
      await writeFile(join(programs, 'floor.js'), dying);
      // So many that it dies before the last, however fast the machine is.
      const only = ['--only', 'stdio/ping-pong', '--targets', 'floor,mcpwire', '--rounds', '400'];
      const run = await bench.run('--profile', 'smoke', ...only, '--out', bench.results);
      await writeFile(join(programs, 'floor.js'), healthy);
      expect(run.code).toBe(1);
      const { rows, gaps } = await bench.readReport();
      expect(rows.map(({ target }) => target)).toEqual(['floor', 'mcpwire']);
      expect(rows[0]?.rounds).toBeLessThan(400);
      expect(rows[1]?.rounds).toBe(400);
      expect(gaps).toMatchObject([
        { target: 'floor', kind: 'failed', reason: expect.stringMatching(/^round .* ended.*the disk is on fire.*are kept: \d+/s) },
      ]);
      expect(run.stdout).toContain('the disk is on fire');
      await expectNothingLeft();
    },
    timeoutMs,
  );

  test(
    'names a peer whose program is missing, measures the others, and does not fail',
    async () => {
      await rm(join(bench.directory, 'dist/targets/programs/stdio/sdk-v2.js'));
      const run = await bench.run('--profile', 'smoke', '--only', 'stdio/ping-pong', '--targets', 'floor,sdk-v2', '--out', bench.results);
      expect(run.code).toBe(0);
      const { rows, gaps } = await bench.readReport();
      expect(rows.map(({ target }) => target)).toEqual(['floor']);
      expect(gaps).toMatchObject([{ target: 'sdk-v2', kind: 'unavailable', reason: expect.stringContaining('sdk-v2.js') }]);
      expect(run.stdout).toContain('unavailable');
      await expectNothingLeft();
    },
    timeoutMs,
  );

  test(
    'fails when its own transport can not be run',
    async () => {
      await rm(join(bench.directory, 'dist/targets/programs/stdio/mcpwire.js'));
      const run = await bench.run('--profile', 'smoke', '--only', 'stdio/ping-pong', '--targets', 'floor,mcpwire', '--out', bench.results);
      expect(run.code).toBe(1);
      expect((await bench.readReport()).gaps).toMatchObject([{ target: 'mcpwire', kind: 'failed' }]);
      await expectNothingLeft();
    },
    timeoutMs,
  );
});

describe('the command line', () => {
  test.each([
    [['--only', 'stdio/pipelind'], /Nearest: stdio\/pipelined/],
    [['--targets', 'floor,mcpwir'], /Nearest: mcpwire/],
    [['--profile', 'quik'], /quick/],
    [['--rounds', '0'], /whole number/],
    [['--bogus'], /bench: unknown option[\s\S]*bench --help/],
    [['compar', 'a.json', 'b.json'], /bench: too many arguments[\s\S]*bench --help/],
    [
      ['--only', 'framing/decode', '--targets', 'grpc'],
      /nothing to measure: none of these targets .* framing\/decode\. That has: floor, mcpwire/,
    ],
    [['--only', 'http/reuse'], /nothing to measure: the profile quick has no case of http\/reuse .* --profile standard has/],
    [['--only', 'stdio/spawn', '--connections', '5'], /--connections is about connections\/\*, and --only leaves them out/],
    [['--target', 'node x', '--connections', '5'], /--connections is about connections\/\*/],
  ])('refuses %j with exit code 2', async (args, message) => {
    const run = await bench.run(...args);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(message);
    expect(run.stdout).toBe('');
  });

  test('lists scenarios, targets and profiles', async () => {
    const run = await bench.run('--list');
    expect(run.code).toBe(0);
    for (const name of ['stdio/pipelined', 'framing/decode', 'import', 'sdk-v1', 'vscode-jsonrpc', 'standard'])
      expect(run.stdout).toContain(name);
  });

  test('explains itself with examples and exit codes', async () => {
    const run = await bench.run('--help');
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('Examples:');
    for (const [code, meaning] of [
      ['0', 'everything'],
      ['1', 'something that should have been measured failed'],
      ['2', 'the arguments are wrong'],
      ['3', 'the results could not be written'],
      ['130', 'interrupted'],
    ])
      expect(run.stdout).toMatch(new RegExp(`^ +${code} +${meaning}`, 'm'));
  });
});
