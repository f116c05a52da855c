import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cell, RoundResult, Scenario, Series } from '../src/scenarios/scenario.js';
import { BenchCopy } from './support/bench-copy.js';

const timeoutMs = 120_000;
let bench: BenchCopy;
let scenarios: readonly Scenario[];

beforeAll(async () => {
  bench = await BenchCopy.create();
  // The built ones, as the server programs that they start are.
  ({ scenarios } = (await import(pathToFileURL(join(bench.directory, 'dist/scenarios/index.js')).href)) as {
    scenarios: readonly Scenario[];
  });
});
afterAll(() => bench.remove());

/** One short round of one target in one case. */
async function measure(name: string, target: string, params: Cell['params']): Promise<RoundResult['metrics'] & RoundResult['facts']> {
  const scenario = scenarios.find((candidate) => candidate.name === name) as Scenario;
  const session = await scenario.open({ scenario: name, target, params, timing: { warmUpMs: 60, roundMs: 150 } });
  try {
    await session.warmUp();
    const { metrics, facts } = await session.round();
    const known = scenario.metrics.map(({ key }) => key);
    for (const key of Object.keys(metrics)) expect(known).toContain(key);
    return { ...metrics, ...facts } as RoundResult['metrics'] & RoundResult['facts'];
  } finally {
    await session.close();
  }
}

const roundTripMs = 40;

// They wait more than they work, so several run at once.
const atOnce = { concurrent: true };

describe.runIf(process.platform !== 'win32')('over an emulated network', atOnce, () => {
  test(
    'the relay shows its own error, and is never early',
    async () => {
      const { addedUs, roundTripP50Ms } = await measure('relay/accuracy', 'floor', { roundTripMs });
      expect(addedUs).toBeGreaterThanOrEqual(0);
      expect(roundTripP50Ms).toBeGreaterThanOrEqual(roundTripMs);
    },
    timeoutMs,
  );

  // What the protocols must take at least; nothing of them can be sent sooner.
  test.each([
    ['setup/sse', 'tcp', 2],
    ['setup/sse', 'tls', 3],
    ['setup/sse', 'tls-resumed', 3],
    ['setup/sse', 'h2', 3],
    ['setup/http', 'tcp', 2],
    ['setup/http', 'h2', 3],
  ])(
    '%s over %s takes %d round trips and no less',
    async (scenario, link, roundTrips) => {
      const measured = await measure(scenario, 'mcpwire', { link, roundTripMs });
      expect(measured.roundTrips).toBeGreaterThanOrEqual(roundTrips);
      // What a busy machine adds.
      expect(measured.roundTrips).toBeLessThan(roundTrips + 20);
    },
    timeoutMs,
  );

  test(
    'connections a second are counted where nothing is in between',
    async () => {
      const { setupMs, connectionsPerSecond } = await measure('setup/sse', 'floor', { link: 'tcp', roundTripMs: 0 });
      expect(setupMs).toBeGreaterThan(0.05);
      expect(connectionsPerSecond).toBeGreaterThan(5);
    },
    timeoutMs,
  );

  test.each(['sse', 'http'])(
    'a request over %s takes the round trip, and an unasked message half of it',
    async (carrier) => {
      const params = { carrier, bytes: 100, roundTripMs };
      for (const loop of ['closed', 'open']) {
        const { p50Us, p99Us, maxUs } = await measure('latency/request', 'mcpwire', { ...params, loop });
        expect(p50Us, loop).toBeGreaterThanOrEqual(roundTripMs * 1000);
        expect(p99Us, loop).toBeGreaterThanOrEqual(Number(p50Us));
        expect(maxUs, loop).toBeGreaterThanOrEqual(Number(p50Us));
      }
      const { p50Us, messages } = await measure('latency/push', 'mcpwire', { ...params, loop: 'open' });
      expect(p50Us).toBeGreaterThanOrEqual((roundTripMs * 1000) / 2);
      expect(messages).toBe(38);
    },
    timeoutMs,
  );
});

describe.runIf(process.platform !== 'win32')('between two processes', atOnce, () => {
  test.each(['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'])(
    'latency is measured over stdio, of answers and of unasked messages: %s',
    async (target) => {
      const params = { carrier: 'stdio', bytes: 10_240, roundTripMs: 0 };
      const request = await measure('latency/request', target, { ...params, loop: 'open' });
      const push = await measure('latency/push', target, { ...params, loop: 'open' });
      for (const { p50Us, messages } of [request, push]) {
        expect(p50Us).toBeGreaterThan(1);
        expect(messages).toBe(75);
      }
    },
    timeoutMs,
  );
});

describe.runIf(process.platform !== 'win32')('idle streams', atOnce, () => {
  test.each([
    ['connections/sse', 'floor', true],
    ['connections/sse', 'mcpwire', true],
    ['connections/sse', 'sdk-v2', false],
    ['connections/get', 'floor', true],
    ['connections/get', 'mcpwire', true],
    ['connections/get', 'sdk-v1', false],
    ['connections/listen', 'mcpwire', true],
  ])(
    '%s: %s holds them, and a broadcast reaches each',
    async (scenario, target, beats) => {
      const measured = await measure(scenario, target, { streams: 60, heartbeatMs: 100, holdMs: 500 });
      expect(measured).toMatchObject({ held: 60, reached: 60, dropped: 0, 'ramp ended by': 'as many as asked for' });
      expect(measured.connectionsPerSecond).toBeGreaterThan(1);
      if (beats) expect(measured.beatsEach).toBeGreaterThan(1);
      else expect(measured.beatsEach).toBe(0);
    },
    timeoutMs,
  );
});

describe.runIf(process.platform === 'linux')('memory', atOnce, () => {
  test(
    'is read on the way up, with more and more streams open',
    async () => {
      const scenario = scenarios.find(({ name }) => name === 'connections/sse') as Scenario;
      const params = { streams: 400, heartbeatMs: 1000, holdMs: 100 };
      const session = await scenario.open({ scenario: scenario.name, target: 'mcpwire', params, timing: { warmUpMs: 10, roundMs: 10 } });
      try {
        await session.warmUp();
        const { series = {}, metrics } = await session.round();
        expect(Object.keys(series)).toEqual(scenario.curves?.map(({ key }) => key));
        for (const points of Object.values(series)) expect(points.map(([streams]) => streams)).toEqual([50, 100, 200, 300, 400]);
        const [, userMiB] = (series.userMiB as Series[string]).at(-1) as readonly [number, number];
        expect((userMiB * 1024) / 400).toBeCloseTo(metrics.userKiBEach as number, 1);
      } finally {
        await session.close();
      }
    },
    timeoutMs,
  );
});

describe.runIf(process.platform !== 'win32')('what requests share', atOnce, () => {
  test.each([
    ['http1', 1],
    ['http1', 6],
    ['h2', 1],
  ])(
    'many requests go over each kept connection of %s (%d)',
    async (link, connections) => {
      const { requestsPerConnection, p50Us } = await measure('http/reuse', 'mcpwire', { link, connections, window: 32, roundTripMs: 0 });
      expect(requestsPerConnection).toBeGreaterThan(4);
      expect(p50Us).toBeGreaterThan(10);
    },
    timeoutMs,
  );

  test(
    'one request goes over each connection that is not kept',
    async () => {
      const { requestsPerConnection } = await measure('http/reuse', 'floor', {
        link: 'http1-new',
        connections: 32,
        window: 32,
        roundTripMs: 0,
      });
      expect(requestsPerConnection).toBeGreaterThan(0.5);
      expect(requestsPerConnection).toBeLessThan(1.5);
    },
    timeoutMs,
  );

  test.each(['gzip', 'brotli'])('%s leaves a part of the bytes', async (coding) => {
    const { percentLeft, addedUs } = await measure('cost/compression', 'mcpwire', { coding, bytes: 10_240 });
    expect(percentLeft).toBeGreaterThan(2);
    expect(percentLeft).toBeLessThan(70);
    expect(addedUs).toBeGreaterThan(1);
  });

  test.each(['none', 'origin', 'bearer'])('checking headers is measured: %s', async (check) => {
    const { usPerRequest } = await measure('cost/token', 'mcpwire', { check });
    expect(usPerRequest).toBeGreaterThan(0);
    expect(usPerRequest).toBeLessThan(1000);
  });
});

test.skipIf(process.platform === 'win32')('nothing is left of all this', async () => {
  await expect.poll(() => bench.leftProcesses(), { timeout: 5000 }).toEqual([]);
});
