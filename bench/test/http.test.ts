import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProcessLoads } from '../src/measure/process-watch.js';
import type { Report, Row } from '../src/report/report.js';
import { BenchCopy } from './support/bench-copy.js';

const timeoutMs = 420_000;
const servers = ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1', 'tmcp', 'mcp-lite', 'fastmcp'];
let bench: BenchCopy;
let report: Report;
let code: number | null;

// One run for all, in the profile that only shows that everything runs: its figures are real, but of a cold process.
beforeAll(async () => {
  bench = await BenchCopy.create();
  const run = await bench.run('--profile', 'smoke', '--only', 'http/*', 'sse/*', '--out', bench.results);
  code = run.code;
  report = await bench.readReport();
}, timeoutMs);
afterAll(() => bench.remove());

const rowsOf = (scenario: string): readonly Row[] => report.rows.filter((row) => row.scenario === scenario);
const targetsOf = (scenario: string): string[] => rowsOf(scenario).map(({ target }) => target);

test.skipIf(process.platform === 'win32')('everything over HTTP can be measured, and nothing is left of it', async () => {
  expect(report.gaps).toEqual([]);
  expect(code).toBe(0);
  await expect.poll(() => bench.leftProcesses(), { timeout: 3000 }).toEqual([]);
});

test.each(['http/post-json', 'http/post-sse'])('%s shows what a message costs each server', (scenario) => {
  expect(targetsOf(scenario)).toEqual(servers);
  for (const { target, metrics, rounds } of rowsOf(scenario)) {
    expect(rounds, target).toBe(2);
    // A cold server takes some milliseconds at the most; nothing in Node reads a request from a socket in a microsecond.
    expect(metrics.serverCpuUsPerMessage, target).toBeGreaterThan(1);
    expect(metrics.serverCpuUsPerMessage, target).toBeLessThan(1e6);
    expect(metrics.clientCpuUsPerMessage, target).toBeGreaterThan(1);
    expect(metrics.p99Us, target).toBeGreaterThanOrEqual(metrics.p50Us as number);
  }
});

test('each row says how busy client and server were', () => {
  for (const { target, loads } of rowsOf('http/post-json')) {
    for (const side of ['client', 'server'] as const) {
      const { cpuPercent, loopBusyPercent, gcPercent, loopDelayP99Ms, loopDelayMaxMs } = (loads as ProcessLoads)[side];
      expect(cpuPercent, `${target}, ${side}`).toBeGreaterThan(0);
      expect(loopBusyPercent, `${target}, ${side}`).toBeGreaterThan(0);
      expect(loopBusyPercent, `${target}, ${side}`).toBeLessThanOrEqual(100);
      expect(gcPercent, `${target}, ${side}`).toBeLessThan(100);
      expect(loopDelayMaxMs, `${target}, ${side}`).toBeGreaterThanOrEqual(loopDelayP99Ms);
    }
  }
});

test('a server that replies otherwise than asked, or keeps no session, is marked', () => {
  const facts = (scenario: string) =>
    Object.fromEntries(rowsOf(scenario).flatMap((row) => (row.facts === undefined ? [] : [[row.target, row.facts]])));
  expect(facts('http/post-json')).toEqual({ tmcp: { reply: 'text/event-stream' }, 'mcp-lite': { session: 'none' } });
  expect(facts('http/post-sse')).toEqual({ 'mcp-lite': { session: 'none' } });
});

test('http/load shows what a message costs under each kind of load, and whether a rate is kept', () => {
  const rows = rowsOf('http/load');
  const drivers = ['autocannon', 'closed', 'open-200'];
  expect(rows.map(({ params, target }) => `${params.driver} ${target}`)).toEqual(
    drivers.flatMap((driver) => ['floor', 'mcpwire'].map((target) => `${driver} ${target}`)),
  );
  for (const { params, target, metrics } of rows) {
    const what = `${params.driver} ${target}`;
    expect(metrics.serverCpuUsPerMessage, what).toBeGreaterThan(1);
    expect(metrics.clientCpuUsPerMessage, what).toBeGreaterThan(1);
    expect(metrics.p999Us, what).toBeGreaterThanOrEqual(metrics.p50Us as number);
    expect(metrics.askedPerSecond, what).toBe(params.driver === 'open-200' ? 200 : undefined);
    // Nothing sends more than it was asked to; the last of few is answered soon after it was sent.
    if (metrics.askedPerSecond !== undefined) expect(metrics.messagesPerSecond, what).toBeLessThan(260);
  }
});

test('http/client shows what a message costs each client', () => {
  expect(targetsOf('http/client')).toEqual(['floor', 'mcpwire', 'sdk-v2', 'sdk-v1']);
  for (const { target, metrics } of rowsOf('http/client')) expect(metrics.clientCpuUsPerMessage, target).toBeGreaterThan(1);
});

test('http/in-flight compares the times of few and of many that wait', () => {
  expect(targetsOf('http/in-flight')).toEqual(servers);
  for (const { target, params, metrics } of rowsOf('http/in-flight')) {
    expect(params).toEqual({ fewer: 16, more: 128 });
    expect(metrics.fewerMs, target).toBeGreaterThan(0);
    expect(metrics.growth, target).toBeGreaterThan(0);
  }
});

test('http/stalled-readers shows that a bounded server takes only a part of what it is offered, and an unbounded one all', () => {
  expect(targetsOf('http/stalled-readers')).toEqual(['floor', 'mcpwire', 'sdk-v2', 'sdk-v1']);
  for (const { target, metrics } of rowsOf('http/stalled-readers')) {
    expect(metrics.offeredMiB, target).toBe(40);
    if (target.startsWith('sdk')) expect(metrics.settledMiB, target).toBe(40);
    else expect(metrics.settledMiB, target).toBeLessThan(20);
    expect(metrics.settledMiB, target).toBeGreaterThan(0.1);
  }
});

test('sse/idle-memory shows what a stream holds', () => {
  expect(targetsOf('sse/idle-memory')).toEqual(['floor', 'mcpwire', 'sdk-v2', 'sdk-v1']);
  for (const { target, metrics } of rowsOf('sse/idle-memory')) {
    // Node's socket, request and response alone take some KiB.
    expect(metrics.heapKiBPerConnection, target).toBeGreaterThan(2);
    expect(metrics.heapKiBPerConnection, target).toBeLessThan(200);
  }
});
