import { httpEchoCases, httpEchoMetrics, openServerSession } from './http-echo.js';
import type { Scenario } from './scenario.js';

export const httpPostSse: Scenario = {
  name: 'http/post-sse',
  title: 'A POST answered with an event stream',
  about: 'The same calls, with every answer an event on a stream of its own that ends after it.',
  metrics: httpEchoMetrics('serverCpuUsPerMessage'),
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1', 'tmcp', 'mcp-lite'],
  reference: 'sdk-v2',
  pinned: true,
  loadGenerator: true,
  cases: httpEchoCases,
  open: (cell) => openServerSession(cell, 'sse'),
};
