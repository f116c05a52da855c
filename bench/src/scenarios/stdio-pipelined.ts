import { echoMetrics } from './echo-metrics.js';
import { openStdioEchoSession } from './echo-session.js';
import type { Scenario } from './scenario.js';

const targets = ['floor-unparsed', 'floor', 'mcpwire', 'sdk-v2', 'sdk-v1'];

export const stdioPipelined: Scenario = {
  name: 'stdio/pipelined',
  title: 'Many requests in flight',
  about:
    'A window of requests is kept in flight; each answer lets the next request go. With a small window the wake-ups of the machine hide everything else, so compare CPU time per message first.',
  metrics: Object.values(echoMetrics),
  targets,
  reference: 'sdk-v2',
  pinned: true,
  cases: (profile) => {
    const must = [
      { params: { bytes: 100, window: 1024 }, warmUpCount: 30_000, estimatedWarmUpMs: 450 },
      { params: { bytes: 10_240, window: 64 }, warmUpCount: 4_000, estimatedWarmUpMs: 600 },
    ];
    if (profile === 'smoke') return must.slice(0, 1);
    if (profile === 'quick') return must.slice(0, 1).map((one) => ({ ...one, targets: ['floor', 'mcpwire', 'sdk-v2'] }));
    if (profile === 'standard') return must;
    return [...must, { params: { bytes: 100, window: 64 } }, { params: { bytes: 10_240, window: 1024 } }];
  },
  open: (cell) => openStdioEchoSession(cell, { bytes: Number(cell.params.bytes), window: Number(cell.params.window), sampleShift: 4 }),
};
