import type { Outcome } from '../advise/article.js';
import { findRow } from '../goals/evaluate.js';
import { isNoisy } from '../measure/statistics.js';
import type { Params } from '../scenarios/scenario.js';
import { formatQuantity } from './format.js';
import type { Report, Row } from './report.js';

/** Where a cell's figure stands. */
interface CellSource {
  readonly scenario: string;
  readonly params: Params;
  readonly metric: string;
  readonly unit: string;
  /** What is different about it. */
  readonly note?: string;
}

/** A question, and where each transport has its answer: in one place, or in another with what the others have in another. A text says why it has none. */
interface Comparison {
  readonly title: string;
  readonly cells: Readonly<Record<Outcome, readonly CellSource[] | string>>;
}

/** The target whose figures are compared: its own code is the same under all three. */
const target = 'mcpwire';
const small = { bytes: 100 };
const sixteen = { ...small, window: 16 };
const local = 'stays on its machine';

const latency = (carrier: string, metric: string, roundTripMs: number): CellSource => ({
  scenario: 'latency/request',
  params: { carrier, loop: 'closed', ...small, roundTripMs },
  metric,
  unit: 'µs',
});
const pushed = (carrier: string): CellSource => ({
  scenario: 'latency/push',
  params: { carrier, loop: 'open', ...small, roundTripMs: 0 },
  metric: 'p50Us',
  unit: 'µs',
});
const chunk = (carrier: string): CellSource => ({
  scenario: 'streaming/chunks',
  params: { carrier, streams: 1, everyMs: 5, chunks: 20, ...small },
  metric: 'firstChunkUs',
  unit: 'µs',
});
const setUp = (kind: 'sse' | 'http', link: string, roundTripMs: number, metric: string, unit: string): CellSource => ({
  scenario: `setup/${kind}`,
  params: { link, roundTripMs },
  metric,
  unit,
});
const rate = (scenario: string, params: Params, note: string): CellSource => ({
  scenario,
  params,
  metric: 'messagesPerSecond',
  unit: '/s',
  note,
});
const serverCpu = (scenario: string, params: Params): CellSource => ({ scenario, params, metric: 'serverCpuUsPerMessage', unit: 'µs' });
const held = (kind: 'sse' | 'get', streams: number, heartbeatMs: number, holdMs: number): CellSource => ({
  scenario: `connections/${kind}`,
  params: { streams, heartbeatMs, holdMs },
  metric: 'userKiBEach',
  unit: 'KiB',
});

const comparisons: readonly Comparison[] = [
  {
    title: 'to set up, on one machine',
    cells: {
      stdio: [{ scenario: 'stdio/spawn', params: small, metric: 'spawnMs', unit: 'ms', note: 'starts the server' }],
      'http+sse': [setUp('sse', 'tcp', 0, 'setupMs', 'ms')],
      'streamable-http': [setUp('http', 'tcp', 0, 'setupMs', 'ms')],
    },
  },
  {
    title: 'to set up over TLS, round trips',
    cells: {
      stdio: local,
      'http+sse': [setUp('sse', 'tls', 50, 'roundTrips', '')],
      'streamable-http': [setUp('http', 'tls', 50, 'roundTrips', '')],
    },
  },
  {
    title: 'a call on one machine, median',
    cells: {
      stdio: [latency('stdio', 'p50Us', 0), { scenario: 'stdio/ping-pong', params: small, metric: 'p50Us', unit: 'µs' }],
      'http+sse': [latency('sse', 'p50Us', 0)],
      'streamable-http': [latency('http', 'p50Us', 0)],
    },
  },
  {
    title: 'a call, round trip of 4 ms, median',
    cells: { stdio: local, 'http+sse': [latency('sse', 'p50Us', 4)], 'streamable-http': [latency('http', 'p50Us', 4)] },
  },
  {
    title: 'a message from the server, median',
    cells: { stdio: [pushed('stdio')], 'http+sse': [pushed('sse')], 'streamable-http': [pushed('http')] },
  },
  {
    title: 'first piece of a streamed answer',
    cells: { stdio: [chunk('stdio')], 'http+sse': [chunk('sse')], 'streamable-http': [chunk('http')] },
  },
  {
    title: 'calls a second, many at once',
    cells: {
      stdio: [rate('stdio/pipelined', { ...small, window: 1024 }, '1024 in flight')],
      'http+sse': [rate('sse/call', sixteen, '16 in flight'), rate('grpc/echo', { carrier: 'sse', ...sixteen }, '16 in flight')],
      'streamable-http': [
        rate('http/post-json', sixteen, '16 in flight'),
        rate('grpc/echo', { carrier: 'http', ...sixteen }, '16 in flight'),
      ],
    },
  },
  {
    title: "server's CPU for one of them",
    cells: {
      stdio: [serverCpu('stdio/pipelined', { ...small, window: 1024 })],
      'http+sse': [serverCpu('sse/call', sixteen), serverCpu('grpc/echo', { carrier: 'sse', ...sixteen })],
      'streamable-http': [serverCpu('http/post-json', sixteen), serverCpu('grpc/echo', { carrier: 'http', ...sixteen })],
    },
  },
  {
    title: "server's memory for one more client",
    cells: {
      stdio: [
        {
          scenario: 'stdio/pipelined',
          params: { ...small, window: 1024 },
          metric: 'serverPeakRssMiB',
          unit: 'MiB',
          note: 'one process each',
        },
      ],
      'http+sse': [
        held('sse', 2000, 2000, 4000),
        { scenario: 'sse/idle-memory', params: { connections: 1000 }, metric: 'heapKiBPerConnection', unit: 'KiB', note: 'heap' },
      ],
      'streamable-http': [held('get', 2000, 2000, 4000)],
    },
  },
];

export const comparedTransports: readonly Outcome[] = ['stdio', 'http+sse', 'streamable-http'];

export interface ComparedLine {
  readonly title: string;
  /** One for each of `comparedTransports`. */
  readonly cells: readonly { readonly text: string; readonly note?: string | undefined; readonly measured: boolean }[];
}

/** The three transports side by side, by what this run measured of them. A line without any figure is left out. */
export function compareTransports(report: Report): readonly ComparedLine[] {
  return comparisons
    .map(({ title, cells }) => {
      const sources = comparedTransports.map((transport) => cells[transport]);
      const choice = chooseSource(sources, report);
      return { title, cells: sources.map((one) => toCell(typeof one === 'string' ? one : (one[choice] ?? one[0]), report)) };
    })
    .filter(({ cells }) => cells.some(({ measured }) => measured));
}

/** Which of their sources the cells of a line have their figures from: that which most have one of, since what comes from different ones can't be compared. */
function chooseSource(cells: readonly (readonly CellSource[] | string)[], report: Report): number {
  const lists = cells.filter((cell): cell is readonly CellSource[] => typeof cell !== 'string' && cell.length > 1);
  const counts = [0, 1].map((i) => lists.filter((list) => list[i] !== undefined && findCell(list[i], report) !== undefined).length);
  return (counts[1] as number) > (counts[0] as number) ? 1 : 0;
}

function findCell({ metric, ...selector }: CellSource, report: Report): Row | undefined {
  const row = findRow(report.rows, selector, target);
  return row?.metrics[metric] === undefined ? undefined : row;
}

function toCell(source: CellSource | string | undefined, report: Report): ComparedLine['cells'][number] {
  if (typeof source === 'string') return { text: '', note: source, measured: false };
  const row = source && findCell(source, report);
  if (source === undefined || row === undefined) return { text: '', note: 'not in this run', measured: false };
  const { metric, unit, note } = source;
  const value = row.metrics[metric] as number;
  const noise = isNoisy({ median: value, deviation: row.spread[metric]?.deviation ?? 0 }) ? ' ~' : '';
  return { text: `${formatQuantity(value, unit)}${noise}`, note, measured: true };
}

/** Every row that a line may rest on: a test holds that some scenario measures it. */
export const comparedRows: readonly CellSource[] = comparisons.flatMap(({ cells }) =>
  Object.values(cells).flatMap((sources) => (typeof sources === 'string' ? [] : sources)),
);
