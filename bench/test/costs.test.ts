import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPlan } from '../src/run/plan.js';
import { profiles } from '../src/run/profiles.js';
import { targets } from '../src/targets/index.js';
import { Measuring } from './support/measure.js';

const timeoutMs = 60_000;
let measuring: Measuring;
beforeAll(async () => {
  measuring = await Measuring.create();
}, timeoutMs);
afterAll(() => measuring?.end());

describe.runIf(process.platform !== 'win32')('the cost of TLS', () => {
  test.each(['floor', 'mcpwire'])(
    'is that of messages and that of connections, each beside what is plain: %s',
    async (target) => {
      for (const link of ['tcp', 'tls']) {
        const measured = await measuring.measure('cost/tls', target, { link, bytes: 100, window: 4 });
        expect(measured.serverCpuUsPerMessage, link).toBeGreaterThan(1);
        expect(measured.clientCpuUsPerMessage, link).toBeGreaterThan(1);
        expect(measured.serverCpuUsPerConnection, link).toBeGreaterThan(10);
        expect(measured.connections, link).toBeGreaterThanOrEqual(3);
      }
    },
    timeoutMs,
  );

  test(
    'of a resumed session is that of connections alone',
    async () => {
      const measured = await measuring.measure('cost/tls', 'mcpwire', { link: 'tls-resumed', bytes: 100, window: 4 });
      expect(Object.keys(measured).sort()).toEqual(['connections', 'serverCpuUsPerConnection']);
    },
    timeoutMs,
  );
});

describe.runIf(process.platform !== 'win32')('the cost of heartbeats', () => {
  test.each(['floor', 'mcpwire'])(
    'is measured while every stream gets them: %s',
    async (target) => {
      const measured = await measuring.measure('cost/heartbeat', target, { streams: 30, heartbeatMs: 500 });
      // Two seconds of one every half.
      expect(measured.beatsEach).toBeGreaterThan(2);
      expect(measured.beatsEach).toBeLessThan(6);
      expect(measured.serverCpuMsPerSecond).toBeGreaterThan(0);
      // A comment is no shorter than `:\n\n`.
      expect(measured.bytesPerSecond).toBeGreaterThan(30 * 3);
    },
    timeoutMs,
  );
});

describe.runIf(process.platform !== 'win32')('gRPC', () => {
  test.each([
    ['grpc', 'grpc'],
    ['grpc-stream', 'grpc'],
    ['http', 'floor'],
    ['http', 'mcpwire'],
    ['sse', 'mcpwire'],
  ])(
    'is measured beside what MCP does the same with: %s, %s',
    async (carrier, target) => {
      const measured = await measuring.measure('grpc/echo', target, { carrier, bytes: 10_240, window: 4 });
      expect(measured.messagesPerSecond).toBeGreaterThan(1);
      expect(measured.serverCpuUsPerMessage).toBeGreaterThan(1);
    },
    timeoutMs,
  );

  test.each(['grpc', 'grpc-stream'])(
    'has its latency over an emulated network, of answers and of what the server says by itself: %s',
    async (carrier) => {
      const params = { carrier, bytes: 100, roundTripMs: 20, loop: 'open' };
      const request = await measuring.measure('latency/request', 'grpc', params);
      expect(request.p50Us).toBeGreaterThanOrEqual(20_000);
      const push = await measuring.measure('latency/push', 'grpc', params);
      expect(push.p50Us).toBeGreaterThanOrEqual(10_000);
      expect(push.messages).toBe(30);
    },
    timeoutMs,
  );

  test('is not measured where MCP is', async () => {
    await expect(measuring.measure('grpc/echo', 'grpc', { carrier: 'http', bytes: 100, window: 1 })).rejects.toThrow(
      'grpc has no server over Streamable HTTP',
    );
    await expect(measuring.measure('grpc/echo', 'mcpwire', { carrier: 'grpc', bytes: 100, window: 1 })).rejects.toThrow(
      'mcpwire has no server over gRPC',
    );
  });
});

test('none of this is part of the quick profile, and every profile knows how long it takes', () => {
  const names = [
    'streaming/chunks',
    'streaming/cancel',
    'resumption/replay',
    'resumption/recover',
    'cost/tls',
    'cost/heartbeat',
    'grpc/echo',
  ];
  const ours = measuring.scenarios.filter(({ name }) => names.includes(name));
  expect(ours).toHaveLength(names.length);
  for (const [name, profile] of Object.entries(profiles)) {
    const plan = createPlan(ours, targets, profile);
    const missing = names.filter((wanted) => !plan.some(({ scenario }) => scenario.name === wanted));
    expect(missing, name).toEqual(name === 'quick' ? names : []);
    for (const { estimateMs, rounds } of plan) expect(estimateMs / rounds).toBeGreaterThan(20);
  }
});
