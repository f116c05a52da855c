import { echoMetrics } from './echo-metrics.js';
import { openStdioEchoSession } from './echo-session.js';
import type { Scenario } from './scenario.js';

const swapped = ['sdk-v2+mcpwire', 'sdk-v2', 'sdk-v1+mcpwire', 'sdk-v1'];

export const stdioSdkCall: Scenario = {
  name: 'stdio/sdk-call',
  title: 'A tool call through the official SDK',
  about:
    "The SDK's Client calls an echo tool of its McpServer, over the SDK's own transports and over mcpwire's: what a user of the SDK gets by swapping one import. The SDK's protocol layer does the same work in both. fastmcp is a server above that layer.",
  metrics: [
    echoMetrics.messagesPerSecond,
    echoMetrics.cpuUsPerMessage,
    echoMetrics.clientCpuUsPerMessage,
    echoMetrics.serverCpuUsPerMessage,
    echoMetrics.p50Us,
    echoMetrics.p99Us,
  ],
  targets: [...swapped, 'fastmcp'],
  reference: 'sdk-v2',
  pinned: true,
  cases: (profile) => {
    if (profile === 'quick') return [];
    if (profile === 'smoke') return [{ params: { bytes: 100, window: 64 }, targets: ['sdk-v2+mcpwire', 'sdk-v2'] }];
    const many = { params: { bytes: 100, window: 64 } };
    return profile === 'standard'
      ? [{ ...many, targets: swapped }]
      : [{ params: { bytes: 100, window: 1 } }, many, { params: { bytes: 10_240, window: 64 } }];
  },
  open: (cell) =>
    openStdioEchoSession(cell, { bytes: Number(cell.params.bytes), window: Number(cell.params.window), sampleShift: 0, throughSdk: true }),
};
