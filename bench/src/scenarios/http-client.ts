import { httpEchoCases, httpEchoMetrics, openClientSession } from './http-echo.js';
import type { Scenario } from './scenario.js';

export const httpClient: Scenario = {
  name: 'http/client',
  title: 'A client that posts',
  about: "Each target's own client class opens a session with the floor's server and posts echo requests to it, answered with JSON.",
  metrics: httpEchoMetrics('clientCpuUsPerMessage'),
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'],
  reference: 'sdk-v2',
  pinned: true,
  // The two majors of the SDK differ little; the quick profile shows one.
  cases: (profile) =>
    httpEchoCases(profile).map((one) => (profile === 'quick' ? { ...one, targets: ['floor', 'mcpwire', 'sdk-v2'] } : one)),
  open: openClientSession,
};
