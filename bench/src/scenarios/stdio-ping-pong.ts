import { echoMetrics } from './echo-metrics.js';
import { openStdioEchoSession } from './echo-session.js';
import type { Scenario } from './scenario.js';

export const stdioPingPong: Scenario = {
  name: 'stdio/ping-pong',
  title: 'One request at a time',
  about:
    'A request leaves when the last one is answered. Every latency counts. Two processes wake each other up for each message, so the operating system takes most of the time.',
  metrics: [
    { ...echoMetrics.p50Us, compare: true },
    echoMetrics.p99Us,
    { ...echoMetrics.cpuUsPerMessage, compare: true },
    echoMetrics.clientCpuUsPerMessage,
    echoMetrics.serverCpuUsPerMessage,
    { ...echoMetrics.messagesPerSecond, compare: false },
  ],
  targets: ['floor-unparsed', 'floor', 'mcpwire', 'sdk-v2', 'sdk-v1'],
  reference: 'sdk-v2',
  pinned: true,
  cases: (profile) => {
    const small = { params: { bytes: 100 }, warmUpCount: 4_000, estimatedWarmUpMs: 900 };
    if (profile === 'smoke' || profile === 'standard') return [small];
    if (profile === 'quick') return [{ ...small, targets: ['floor-unparsed', 'floor', 'mcpwire', 'sdk-v2'] }];
    return [small, { ...small, params: { bytes: 10_240 } }];
  },
  open: (cell) => openStdioEchoSession(cell, { bytes: Number(cell.params.bytes), window: 1, sampleShift: 0 }),
};
