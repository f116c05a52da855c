import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { measureRound } from '../dist/measure/measured-round.js';
import { openUsageProbe } from '../dist/measure/usage-probe.js';
import { ProcessWatch } from '../src/measure/process-watch.js';
import { toCsv } from '../src/report/csv.js';
import { toLoadTable } from '../src/report/loads.js';
import type { Report } from '../src/report/report.js';
import { toRow } from '../src/run/to-row.js';
import { httpClient } from '../src/scenarios/http-client.js';
import { httpPostJson } from '../src/scenarios/http-post-json.js';
import type { RoundResult } from '../src/scenarios/scenario.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function block(durationMs: number): void {
  const until = performance.now() + durationMs;
  while (performance.now() < until);
}

test('a watch shows an event loop that waits as idle, and one that computes as busy and late', async () => {
  const watch = new ProcessWatch();
  watch.start();
  await delay(300);
  expect(watch.stop().loopBusyPercent).toBeLessThan(60);

  watch.start();
  for (let i = 0; i < 3; i++) {
    block(100);
    await delay(2);
  }
  const load = watch.stop();
  expect(load.loopBusyPercent).toBeGreaterThan(60);
  // A timer due within the block fires after it.
  expect(load.loopDelayMaxMs).toBeGreaterThan(80);
  expect(load.loopDelayMaxMs).toBeGreaterThanOrEqual(load.loopDelayP99Ms);
  expect(load.cpuPercent).toBeGreaterThan(10);
});

test('a watch shows what garbage collection takes', async () => {
  const watch = new ProcessWatch();
  watch.start();
  await delay(20);
  const quiet = watch.stop().gcPercent;
  watch.start();
  const kept: unknown[] = [];
  for (let i = 0; i < 300_000; i++) kept[i % 50_000] = { text: `${i}`, list: [i, i, i] };
  await delay(1);
  expect(watch.stop().gcPercent).toBeGreaterThan(quiet);
  expect(kept).toHaveLength(50_000);
});

test('a round shows the load of the process behind the probe apart from that of its own', async () => {
  const probe = await openUsageProbe();
  closers.push(() => probe.close());
  const program = `setInterval(() => { const until = Date.now() + 60; while (Date.now() < until); }, 70)`;
  const server = spawn(process.execPath, [...probe.nodeFlags, '-e', program], { stdio: 'ignore' });
  closers.push(async () => {
    if (server.exitCode === null && server.kill('SIGKILL')) await once(server, 'exit');
  });
  const { loads, serverCpuUs, result } = await measureRound(probe, async () => {
    await delay(600);
    return 'done';
  });
  expect(result).toBe('done');
  expect(serverCpuUs).toBeGreaterThan(0);
  expect(loads.server.loopBusyPercent).toBeGreaterThan(loads.client.loopBusyPercent);
  expect(loads.server.loopDelayMaxMs).toBeGreaterThan(30);
});

test('a round that fails ends its watch, and the next one is measured as if it had not been', async () => {
  const probe = await openUsageProbe();
  closers.push(() => probe.close());
  const server = spawn(process.execPath, [...probe.nodeFlags, '-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  closers.push(async () => {
    if (server.kill('SIGKILL')) await once(server, 'exit');
  });
  await expect(measureRound(probe, () => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer');
  await expect(measureRound(probe, async () => 1)).resolves.toMatchObject({ result: 1 });
});

const idle = { cpuPercent: 20, loopBusyPercent: 20, gcPercent: 1, loopDelayP99Ms: 0.5, loopDelayMaxMs: 2 };
const params = { bytes: 100, window: 16 };
const round = (client: number, server: number, loopDelayMaxMs = 2): RoundResult => ({
  metrics: { serverCpuUsPerMessage: 50 },
  loads: { client: { ...idle, loopBusyPercent: client, loopDelayMaxMs }, server: { ...idle, loopBusyPercent: server } },
});

test('a row has the middle of its rounds, and the greatest delay of any', () => {
  const { loads } = toRow({ scenario: httpPostJson, params }, 'floor', [round(70, 60, 3), round(80, 60, 9), round(75, 60, 1)]);
  expect(loads?.client).toEqual({ ...idle, loopBusyPercent: 75, loopDelayMaxMs: 9 });
});

test('a row says so where the load generator had no time left and the server had some', () => {
  const { facts } = toRow({ scenario: httpPostJson, params }, 'floor', [round(98, 71)]);
  expect(facts).toEqual({
    'load generator': 'the limit, busy 98 % of the time, the server 71 %: the server can do more messages/s than this',
  });
});

test.each([
  ['both had time left', httpPostJson, round(90, 71)],
  ['the server had none left either', httpPostJson, round(97, 99)],
  ['the client is what is measured', httpClient, round(99, 40)],
  ['nobody watched', httpPostJson, { metrics: { serverCpuUsPerMessage: 50 } }],
])('a row says nothing of that kind where %s', (_, scenario, only) => {
  expect(toRow({ scenario, params }, 'floor', [only]).facts).toBeUndefined();
});

test('the loads stand in the CSV and in a table of the report', () => {
  const rows = [toRow({ scenario: httpPostJson, params }, 'floor', [round(98, 71)])];
  const report = { rows } as unknown as Report;
  expect(toCsv(report)).toContain('client.loopBusyPercent,%,lower,98,,,,,,1,false,');
  expect(toLoadTable(report)?.rows).toEqual([
    ['http/post-json', '100 B, 16 in flight', 'floor', '20 · 20', '98 · 71', '1 · 1', '0.500 · 0.500', '2 · 2'],
  ]);
});
