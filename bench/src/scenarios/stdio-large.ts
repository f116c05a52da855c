import { echoMetrics } from './echo-metrics.js';
import { openStdioEchoSession } from './echo-session.js';
import type { Metric, Scenario } from './scenario.js';

const roundTrips: Metric = { key: 'roundTripsPerSecond', label: 'round trips/s', unit: '/s', better: 'higher', compare: true };

export const stdioLarge: Scenario = {
  name: 'stdio/large',
  title: 'Large messages',
  about: 'One request at a time with a text of 1 MiB or 10 MiB, echoed whole. Framing that looks at bytes more than once shows here.',
  metrics: [roundTrips, echoMetrics.cpuUsPerMessage, echoMetrics.p50Us, echoMetrics.clientPeakRssMiB, echoMetrics.serverPeakRssMiB],
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'],
  reference: 'sdk-v2',
  pinned: true,
  cases: (profile) => {
    if (profile === 'smoke') return [{ params: { bytes: 1_048_576 } }];
    if (profile === 'quick') return [];
    const large = { params: { bytes: 10_485_760 }, rounds: 5, estimatedRoundMs: 400 };
    return profile === 'standard' ? [large] : [{ params: { bytes: 1_048_576 } }, { ...large, rounds: 7 }];
  },
  open: async (cell) => {
    const session = await openStdioEchoSession(cell, { bytes: Number(cell.params.bytes), window: 1, sampleShift: 0 });
    return {
      ...session,
      round: async () => {
        const { metrics, ...rest } = await session.round();
        const { messagesPerSecond, ...others } = metrics;
        return { ...rest, metrics: { roundTripsPerSecond: messagesPerSecond as number, ...others } };
      },
    };
  },
};
