import type { Histogram } from 'hdr-histogram-js';
import { percentileUs } from '../measure/latencies.js';
import { type ProcessUsage, readUsage } from '../measure/process-usage.js';
import type { Metric, RoundResult } from '../scenarios/scenario.js';
import type { Driven } from './drive.js';

/** What every scenario that makes calls measures. `first` is what it is about. `spins` where the client turns in circles to be on time. */
export function callMetrics(first: 'p50Us' | 'messagesPerSecond', spins = false): readonly Metric[] {
  const rate: Metric = { key: 'messagesPerSecond', label: 'calls/s', unit: '/s', better: 'higher', compare: first === 'messagesPerSecond' };
  const latency: readonly Metric[] = [
    { key: 'p50Us', label: 'p50', unit: 'µs', better: 'lower', compare: first === 'p50Us' },
    { key: 'p90Us', label: 'p90', unit: 'µs', better: 'lower' },
    { key: 'p99Us', label: 'p99', unit: 'µs', better: 'lower' },
    { key: 'p999Us', label: 'p99.9', unit: 'µs', better: 'lower' },
    { key: 'maxUs', label: 'max', unit: 'µs', better: 'lower' },
  ];
  const client: readonly Metric[] = spins ? [] : [{ key: 'clientCpuUsPerMessage', label: 'client CPU', unit: 'µs', better: 'lower' }];
  return first === 'p50Us' ? [...latency, rate, ...client] : [rate, ...latency, ...client];
}

/** From this part of one core on, the client may be what limits a rate. */
const busyFrom = 0.85;

/**
 * One round's figures. It says so where the client was too busy to prove that the server is what was measured; with `spins` it is busy
 * anyway, and its caller has to say whether it was on time.
 */
export function toCallResult(
  { calls, elapsedMs }: Driven,
  latencies: Histogram,
  before: ProcessUsage,
  { facts = {}, spins = false }: { facts?: Readonly<Record<string, string>> | undefined; spins?: boolean } = {},
): RoundResult {
  const cpuUs = readUsage().cpuUs - before.cpuUs;
  const busy = cpuUs / 1000 / elapsedMs;
  const all = {
    ...facts,
    ...(!spins && busy > busyFrom && { client: `busy for ${Math.round(busy * 100)} % of the time: the server may be faster than this` }),
  };
  return {
    metrics: {
      messagesPerSecond: (calls / elapsedMs) * 1000,
      p50Us: percentileUs(latencies, 50),
      p90Us: percentileUs(latencies, 90),
      p99Us: percentileUs(latencies, 99),
      p999Us: percentileUs(latencies, 99.9),
      maxUs: percentileUs(latencies, 100),
      ...(!spins && { clientCpuUsPerMessage: cpuUs / Math.max(1, calls) }),
    },
    ...(Object.keys(all).length > 0 && { facts: all }),
  };
}
