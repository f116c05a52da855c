import { httpEchoCases, httpEchoMetrics, openServerSession } from './http-echo.js';
import { fewerHttpServers, httpServers } from './http-servers.js';
import type { Scenario } from './scenario.js';

export const httpPostSse: Scenario = {
  name: 'http/post-sse',
  title: 'A POST answered with an event stream',
  about: 'The same calls, with every answer an event on a stream of its own that ends after it.',
  metrics: httpEchoMetrics('serverCpuUsPerMessage'),
  targets: httpServers,
  reference: 'sdk-v2',
  pinned: true,
  loadGenerator: true,
  cases: (profile) =>
    httpEchoCases(profile).map((one) => (profile === 'quick' || profile === 'standard' ? { ...one, targets: fewerHttpServers } : one)),
  open: (cell) => openServerSession(cell, 'sse'),
};
