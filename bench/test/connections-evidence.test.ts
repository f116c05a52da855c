import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import type { Report } from '../src/report/report.js';

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../results/${name}`, import.meta.url), 'utf8'));

test('65,536 idle streams were held by mcpwire, none dropped, each reached by a broadcast, in a run whose report is here', () => {
  const report = read('connections-65536.json') as Report;
  const validate = new Ajv2020({ strict: false }).compile(read('schema.json') as object);
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
  const row = report.rows.find(({ target }) => target === 'mcpwire');
  expect(row).toMatchObject({ scenario: 'connections/sse', params: { streams: 65_536, heartbeatMs: 15_000, holdMs: 60_000 } });
  expect(row?.metrics).toMatchObject({ held: 65_536, reached: 65_536, dropped: 0 });
  // Each has had its heartbeats: four in a minute, of which a busy machine may bring one late.
  expect(row?.metrics.beatsEach).toBeGreaterThanOrEqual(3);
});
