import type { Goal } from './goal.js';

/** What this project has to reach, in one run of the bench. */
export const goals: readonly Goal[] = [
  {
    title: 'Messages per second, 100 B, 1024 in flight',
    scenario: 'stdio/pipelined',
    params: { bytes: 100, window: 1024 },
    target: 'mcpwire',
    metric: 'messagesPerSecond',
    limits: [
      { kind: 'at-least', factor: 2.5, against: 'sdk-v2' },
      { kind: 'at-least', factor: 0.8, against: 'floor' },
    ],
  },
  {
    title: 'CPU per message, client and server, 100 B, 1024 in flight',
    scenario: 'stdio/pipelined',
    params: { bytes: 100, window: 1024 },
    target: 'mcpwire',
    metric: 'cpuUsPerMessage',
    limits: [{ kind: 'at-most', factor: 0.45, against: 'sdk-v2' }],
  },
  {
    title: 'CPU per message, client and server, 10 KB, 64 in flight',
    scenario: 'stdio/pipelined',
    params: { bytes: 10_240, window: 64 },
    target: 'mcpwire',
    metric: 'cpuUsPerMessage',
    limits: [
      { kind: 'at-most', factor: 0.9, against: 'sdk-v2' },
      { kind: 'at-most', factor: 1.15, against: 'floor' },
    ],
  },
  {
    title: 'Latency of one request at a time, 100 B, median',
    scenario: 'stdio/ping-pong',
    params: { bytes: 100 },
    target: 'mcpwire',
    metric: 'p50Us',
    limits: [
      { kind: 'at-most', factor: 1.15, against: 'floor' },
      { kind: 'at-most', factor: 1, against: 'sdk-v2' },
    ],
  },
  {
    title: 'Round trips per second, 10 MiB',
    scenario: 'stdio/large',
    params: { bytes: 10_485_760 },
    target: 'mcpwire',
    metric: 'roundTripsPerSecond',
    limits: [
      { kind: 'at-least', factor: 2.5, against: 'sdk-v2' },
      { kind: 'at-least', factor: 0.85, against: 'floor' },
    ],
  },
  {
    title: 'Cold import of the stdio server',
    scenario: 'import',
    params: { module: 'server' },
    target: 'mcpwire',
    metric: 'importMs',
    limits: [{ kind: 'at-most', factor: 0.2, against: 'sdk-v2' }],
  },
  {
    title: 'Installed size of the stdio transport with its dependencies',
    scenario: 'import',
    params: { module: 'server' },
    target: 'mcpwire',
    metric: 'installedMB',
    limits: [{ kind: 'at-most-value', value: 0.5, unit: 'MB' }],
  },
];
