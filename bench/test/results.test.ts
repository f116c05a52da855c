import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toCsv } from '../src/report/csv.js';
import { readReport, schemaPath } from '../src/report/read-report.js';
import { toJson, writeReport } from '../src/report/write-report.js';
import { BenchCopy } from './support/bench-copy.js';
import { createReport } from './support/report.js';
import { createRow } from './support/rows.js';

const timeout = 120_000;
let bench: BenchCopy;
let directory: string;
beforeAll(async () => {
  bench = await BenchCopy.create();
  directory = await mkdtemp(join(tmpdir(), 'bench-results-'));
});
afterAll(async () => {
  await bench.remove();
  await rm(directory, { recursive: true });
});

const smoke = ['--profile', 'smoke', '--only', 'framing/decode', 'stdio/pipe-buffer', '--targets', 'floor'];
const rows = [
  createRow({
    scenario: 'stdio/ping-pong',
    target: 'mcpwire',
    params: { bytes: 100 },
    metrics: { p50Us: 41.5, p99Us: 90 },
    deviation: 0.5,
  }),
  {
    ...createRow({ scenario: 'stdio/pipe-buffer', target: 'floor', params: { chunkBytes: 1 }, metrics: { acceptedBytes: 9 } }),
    facts: { descriptor: 'a "pair",\nof two' },
  },
];

interface SchemaNode {
  readonly description?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

describe('the JSON Schema', () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(
    JSON.parse(readFileSync(schemaPath, 'utf8')),
  );

  test('holds for what a run writes, goals and claims included, and for the committed result', { timeout }, async () => {
    expect((await bench.run(...smoke, '--out', bench.results)).code).toBe(0);
    for (const name of ['latest.json', 'baselines/linux-x64-2-cores.json']) {
      validate(JSON.parse(await bench.readResult(name)));
      expect([name, validate.errors]).toEqual([name, null]);
    }
  });

  test('says of each field what it is', () => {
    const silent = (schema: SchemaNode, path: string): string[] => {
      const own = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
        ...(isTold(field) ? [] : [`${path}.${name}`]),
        ...silent(field, `${path}.${name}`),
      ]);
      return [...own, ...(schema.items === undefined ? [] : silent(schema.items, `${path}[]`))];
    };
    const isTold = ({ description, $ref }: SchemaNode): boolean =>
      description !== undefined || ($ref !== undefined && isTold(schema.$defs[$ref.split('/').at(-1) as string] ?? {}));
    const schema = JSON.parse(readFileSync(schemaPath, 'utf8')) as SchemaNode & { $defs: Record<string, SchemaNode> };
    expect([...silent(schema, ''), ...Object.entries(schema.$defs).flatMap(([name, one]) => silent(one, name))]).toEqual([]);
  });

  test.each([
    ['a field that it does not know', { surprise: 1 }],
    ['a row without rounds', { rows: [{ ...rows[0], rounds: undefined }] }],
    ['a figure that is no number', { rows: [{ ...rows[0], metrics: { p50Us: '41' } }] }],
    ['an unknown verdict', { goals: [{ title: '', target: 'x', limit: '', verdict: 'maybe', required: 1, unit: '', noisy: false }] }],
  ])('refuses %s', (_, part) => {
    expect(validate(JSON.parse(JSON.stringify({ ...createReport({ rows }), ...part })))).toBe(false);
  });
});

test('the CSV has a line for each figure, with its unit, its interval and what was found', () => {
  const lines = toCsv(createReport({ rows })).split('\r\n');
  expect(lines).toHaveLength(1 + 3 + 1);
  expect(lines[0]).toBe('scenario,case,params,target,metric,unit,better,median,low,high,min,max,deviation,rounds,noisy,facts');
  expect(lines[1]).toBe('stdio/ping-pong,100 B,"{""bytes"":100}",mcpwire,p50Us,µs,lower,41.5,41,42,41.5,41.5,0.5,5,false,');
  expect(lines[3]).toContain('"{""descriptor"":""a \\""pair\\"",\\nof two""}"');
});

describe.runIf(process.platform === 'linux')('results that can not be written', { timeout }, () => {
  test('for a full disk: the others are written, the table was printed, earlier results stay whole, and it exits with 3', async () => {
    const out = join(directory, 'full');
    await mkdir(out);
    await writeFile(join(out, 'latest.html'), 'an earlier page');
    await symlink('/dev/full', join(out, 'latest.html.partial'));
    const run = await bench.run(...smoke, '--out', out, '--json', '/dev/full');
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/latest\.html could not be written: no space is left there/);
    expect(run.stderr).toMatch(/\/dev\/full could not be written: no space is left there/);
    expect(run.stdout).toContain('framing/decode');
    expect((await readReport(join(out, 'latest.json'))).rows.length).toBeGreaterThan(0);
    expect(readFileSync(join(out, 'latest.html'), 'utf8')).toBe('an earlier page');
    expect((await readdir(out)).sort()).toEqual(['latest.csv', 'latest.html', 'latest.json', 'latest.md']);
  });

  test('not even as JSON: it goes to a place that is told', async () => {
    const out = join(directory, 'none');
    for (const name of ['json', 'csv', 'md', 'html']) await mkdir(join(out, `latest.${name}`), { recursive: true });
    const { paths, failures, rescued } = await writeReport(createReport({ rows }), out);
    expect(paths).toEqual([]);
    expect(failures).toHaveLength(4);
    expect(readFileSync(rescued as string, 'utf8')).toBe(toJson(createReport({ rows })));
    await rm(join(rescued as string, '..'), { recursive: true });
  });

  test('because the directory takes no files: said before anything is measured', async () => {
    const file = join(directory, 'a-file');
    await writeFile(file, '');
    const run = await bench.run(...smoke, '--out', join(file, 'below'));
    expect([run.code, run.stdout]).toEqual([3, '']);
    expect(run.stderr).toMatch(/takes no results: .* Nothing was measured; --out names another directory/);
  });
});

describe.runIf(process.platform === 'linux')('a place that makes no directories, as /proc', { timeout }, () => {
  test('is refused before anything is measured, and nothing hangs', async () => {
    const run = await bench.run(...smoke, '--out', '/proc/no/such');
    expect([run.code, run.stdout]).toEqual([3, '']);
    expect(run.stderr).toMatch(/\/proc\/no\/such takes no results/);
  });

  test('for --json is told after the table, and the other files are written', async () => {
    const out = join(directory, 'above', 'below');
    const run = await bench.run(...smoke, '--out', out, '--json', '/proc/no/such.json');
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/\/proc\/no\/such\.json could not be written/);
    expect(run.stdout).toContain('The profile smoke shows that everything runs: its figures mean nothing.');
    expect((await readdir(out)).sort()).toEqual(['latest.csv', 'latest.html', 'latest.json', 'latest.md']);
  });
});

describe.runIf(process.platform === 'linux')('taskset', { timeout }, () => {
  test('that may not be used is named, and everything is measured without it', async () => {
    const path = join(directory, 'bin');
    await mkdir(path);
    const refusal = 'taskset: failed to set affinity: Operation not permitted';
    const script = `#!/bin/sh\nif [ "$2" = -p ]; then echo "pid's current affinity list: 0,1"; else echo '${refusal}' >&2; exit 1; fi\n`;
    await writeFile(join(path, 'taskset'), script, { mode: 0o755 });
    const before = process.env.PATH;
    process.env.PATH = `${path}:${before}`;
    try {
      const run = await bench.run(...smoke, '--out', bench.results);
      expect(run.code).toBe(0);
      expect(run.stdout).toContain(`Not pinned to cores: taskset does not work here (${refusal}).`);
      expect((await bench.readReport()).pinning).toEqual({ reason: expect.stringContaining('not permitted') });
    } finally {
      process.env.PATH = before;
    }
  });
});
