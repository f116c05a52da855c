import type { ProfileName } from '../run/profiles.js';
import { httpEchoCases, httpEchoMetrics, openSseServerSession } from './http-echo.js';
import type { Scenario } from './scenario.js';

/** The two majors of the SDK differ little; the quick profile shows one. */
const shorter: Partial<Record<ProfileName, readonly string[]>> = {
  quick: ['floor', 'mcpwire', 'sdk-v2'],
  standard: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'],
};

export const sseCall: Scenario = {
  name: 'sse/call',
  title: 'A call over HTTP+SSE',
  about:
    'The same calls over the legacy transport: a POST for each, answered 202, while its result comes on the one stream of the session.',
  metrics: httpEchoMetrics('serverCpuUsPerMessage'),
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1', 'fastmcp'],
  reference: 'sdk-v2',
  pinned: true,
  loadGenerator: true,
  cases: (profile) => httpEchoCases(profile).map((one) => ({ ...one, ...(shorter[profile] && { targets: shorter[profile] }) })),
  open: openSseServerSession,
};
