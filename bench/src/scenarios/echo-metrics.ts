import type { Metric } from './scenario.js';

type EchoMetric =
  | 'messagesPerSecond'
  | 'megabytesPerSecond'
  | 'cpuUsPerMessage'
  | 'clientCpuUsPerMessage'
  | 'serverCpuUsPerMessage'
  | 'p50Us'
  | 'p99Us'
  | 'clientPeakRssMiB'
  | 'serverPeakRssMiB';

/** What every echo scenario measures, by key. */
export const echoMetrics: Readonly<Record<EchoMetric, Metric>> = {
  messagesPerSecond: { key: 'messagesPerSecond', label: 'messages/s', unit: '/s', better: 'higher', compare: true },
  /** Of the texts of the requests; as much comes back. */
  megabytesPerSecond: { key: 'megabytesPerSecond', label: 'text, MB/s', unit: 'MB/s', better: 'higher' },
  cpuUsPerMessage: { key: 'cpuUsPerMessage', label: 'CPU per message', unit: 'µs', better: 'lower', compare: true },
  clientCpuUsPerMessage: { key: 'clientCpuUsPerMessage', label: 'client CPU', unit: 'µs', better: 'lower' },
  serverCpuUsPerMessage: { key: 'serverCpuUsPerMessage', label: 'server CPU', unit: 'µs', better: 'lower' },
  p50Us: { key: 'p50Us', label: 'p50', unit: 'µs', better: 'lower' },
  p99Us: { key: 'p99Us', label: 'p99', unit: 'µs', better: 'lower' },
  clientPeakRssMiB: { key: 'clientPeakRssMiB', label: 'client RSS', unit: 'MiB', better: 'lower' },
  serverPeakRssMiB: { key: 'serverPeakRssMiB', label: 'server RSS', unit: 'MiB', better: 'lower' },
};
