import { findRow } from '../goals/evaluate.js';
import { formatParams } from '../report/format.js';
import type { Report } from '../report/report.js';
import type { Params } from '../scenarios/scenario.js';

/** A figure of a run that a reason rests on. */
export interface Figure {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  readonly noisy: boolean;
  readonly from: { readonly scenario: string; readonly target: string; readonly params: Params; readonly metric: string };
}

export interface FigureSource {
  readonly label: string;
  readonly unit: string;
  /** Multiplies the metric into `unit`. Default 1. */
  readonly scale?: number;
  readonly metric: string;
  /** The rows that have it; the first that the run measured is taken. */
  readonly rows: readonly { readonly scenario: string; readonly params: Params }[];
}

const small = { bytes: 100 };

export type FigureName =
  | 'stdioLatency'
  | 'stdioRate'
  | 'stdioSpawn'
  | 'stdioProcess'
  | 'stdioCpu'
  | 'httpLatency'
  | 'httpRate'
  | 'httpCpu'
  | 'httpStreamCpu'
  | 'idleStream'
  | 'httpSetUp'
  | 'sseSetUp'
  | 'sseRemote';

/** Where each figure is found. All are mcpwire's own rows. */
export const figureSources: Readonly<Record<FigureName, FigureSource>> = {
  stdioLatency: { label: 'a call over stdio, median', unit: 'µs', metric: 'p50Us', rows: [{ scenario: 'stdio/ping-pong', params: small }] },
  stdioRate: {
    label: 'messages a second over stdio, many in flight',
    unit: '/s',
    metric: 'messagesPerSecond',
    rows: [{ scenario: 'stdio/pipelined', params: { bytes: 100, window: 1024 } }],
  },
  stdioSpawn: {
    label: 'to start a server over stdio and have its first answer',
    unit: 'ms',
    metric: 'spawnMs',
    rows: [{ scenario: 'stdio/spawn', params: small }],
  },
  stdioProcess: {
    label: 'memory of one server process over stdio, at its peak',
    unit: 'MiB',
    metric: 'serverPeakRssMiB',
    rows: [{ scenario: 'stdio/pipelined', params: { bytes: 100, window: 1024 } }],
  },
  stdioCpu: {
    label: "server's CPU for a call over stdio",
    unit: 'µs',
    metric: 'serverCpuUsPerMessage',
    rows: [{ scenario: 'stdio/pipelined', params: { bytes: 100, window: 1024 } }],
  },
  httpLatency: {
    label: 'a call over Streamable HTTP on this machine, median',
    unit: 'µs',
    metric: 'p50Us',
    rows: [
      { scenario: 'latency/request', params: { carrier: 'http', loop: 'closed', bytes: 100, roundTripMs: 0 } },
      { scenario: 'http/post-json', params: { bytes: 100, window: 1 } },
    ],
  },
  httpRate: {
    label: 'calls a second over Streamable HTTP, 16 in flight',
    unit: '/s',
    metric: 'messagesPerSecond',
    rows: [{ scenario: 'http/post-json', params: { bytes: 100, window: 16 } }],
  },
  httpCpu: {
    label: "server's CPU for a call over Streamable HTTP, answered with JSON",
    unit: 'µs',
    metric: 'serverCpuUsPerMessage',
    rows: [{ scenario: 'http/post-json', params: { bytes: 100, window: 16 } }],
  },
  httpStreamCpu: {
    label: "server's CPU for a call over Streamable HTTP, answered with an event stream",
    unit: 'µs',
    metric: 'serverCpuUsPerMessage',
    rows: [{ scenario: 'http/post-sse', params: { bytes: 100, window: 16 } }],
  },
  httpSetUp: {
    label: 'round trips to set up Streamable HTTP over TLS',
    unit: 'round trips',
    metric: 'roundTrips',
    rows: [{ scenario: 'setup/http', params: { link: 'tls', roundTripMs: 50 } }],
  },
  sseSetUp: {
    label: 'round trips to set up HTTP+SSE over TLS',
    unit: 'round trips',
    metric: 'roundTrips',
    rows: [{ scenario: 'setup/sse', params: { link: 'tls', roundTripMs: 50 } }],
  },
  sseRemote: {
    label: 'a call over HTTP+SSE at a round trip of 4 ms, median',
    unit: 'µs',
    metric: 'p50Us',
    rows: [{ scenario: 'latency/request', params: { carrier: 'sse', loop: 'open', bytes: 100, roundTripMs: 4 } }],
  },
  idleStream: {
    label: 'heap for an idle client of HTTP+SSE, its session included',
    unit: 'KiB',
    metric: 'heapKiBPerConnection',
    rows: [{ scenario: 'sse/idle-memory', params: { connections: 1000 } }],
  },
};

/** The target whose figures are taken. */
const figureTarget = 'mcpwire';

/** The figure of that name; undefined where the run has not measured it. */
export function findFigure(report: Report, name: FigureName): Figure | undefined {
  const { label, unit, metric, rows, scale = 1 } = figureSources[name];
  for (const selector of rows) {
    const row = findRow(report.rows, selector, figureTarget);
    const value = row?.metrics[metric];
    if (row === undefined || value === undefined) continue;
    const isNoisy = (row.spread[metric]?.deviation ?? 0) > Math.abs(value) / 10;
    return { label, value: value * scale, unit, noisy: isNoisy, from: { ...selector, target: figureTarget, metric } };
  }
  return undefined;
}

/** What a figure is, and which scenario measures it. */
export function describeMissing(name: FigureName): string {
  const { label, rows } = figureSources[name];
  return `${label} (${rows[0]?.scenario})`;
}

/** Where a figure stands in the report, in words. */
export function describeSource({ from: { scenario, params } }: Figure): string {
  return `${scenario}, ${formatParams(params)}`;
}
