import { httpEchoCases, httpEchoMetrics, openServerSession } from './http-echo.js';
import { fewerHttpServers, httpServers } from './http-servers.js';
import type { Scenario } from './scenario.js';

export const httpPostJson: Scenario = {
  name: 'http/post-json',
  title: 'A POST answered with JSON',
  about:
    'Calls of an echo tool in one session, each a POST over a connection that is kept open, from the same lean client for all. What a server makes of it is its CPU time; a server that answers otherwise than with JSON, or keeps no session, says so.',
  metrics: httpEchoMetrics('serverCpuUsPerMessage'),
  targets: httpServers,
  reference: 'sdk-v2',
  pinned: true,
  loadGenerator: true,
  cases: (profile) => httpEchoCases(profile).map((one) => (profile === 'quick' ? { ...one, targets: fewerHttpServers } : one)),
  open: (cell) => openServerSession(cell, 'json'),
};
