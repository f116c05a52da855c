import type { GoalVerdict } from '../goals/evaluate.js';
import type { Params } from '../scenarios/scenario.js';

const figures = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const millions = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, notation: 'compact' });
const wholes = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A figure with three significant digits; whole numbers below a hundred thousand stay exact. */
export function formatFigure(value: number): string {
  if (Math.abs(value) >= 1e6) return millions.format(value);
  return Number.isInteger(value) && Math.abs(value) < 1e5 ? wholes.format(value) : figures.format(value);
}

/** A ratio with two decimals, or one from ten on. */
export function formatRatio(ratio: number): string {
  return ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2);
}

/** How far the least and the greatest round lie from the median, in percent. */
export function formatSpread(median: number, { min, max }: { min: number; max: number }): string {
  if (median === 0) return '';
  return `−${Math.round(((median - min) / median) * 100)} +${Math.round(((max - median) / median) * 100)} %`;
}

/** What each parameter of a case is called. A test holds that every parameter of every case has its words. */
const paramWords: Readonly<Record<string, (value: string | number) => string>> = {
  bytes: (value) => formatBytes(Number(value)),
  chunkBytes: (value) => `pieces of ${formatBytes(Number(value))}`,
  bytesEach: (value) => `${formatBytes(Number(value))} sent to each`,
  window: (value) => `${value} in flight`,
  perSecond: (value) => `${value} a second`,
  requests: (value) => formatCount(value, 'request'),
  connections: (value) => formatCount(value, 'connection'),
  readers: (value) => formatCount(value, 'reader'),
  streams: (value) => formatCount(value, 'stream'),
  calls: (value) => formatCount(value, 'call'),
  chunks: (value) => formatCount(value, 'chunk'),
  events: (value) => formatCount(value, 'event'),
  fewer: (value) => `${value} waiting`,
  more: (value) => `then ${value}`,
  roundTripMs: (value) => (Number(value) === 0 ? 'no emulated network' : `round trip of ${value} ms`),
  heartbeatMs: (value) => `a heartbeat every ${formatMs(Number(value))}`,
  holdMs: (value) => `held for ${formatMs(Number(value))}`,
  everyMs: (value) => `one every ${formatMs(Number(value))}`,
  waitMs: (value) => `comes back after ${formatMs(Number(value))}`,
  loop: (value) => `${value} loop`,
  layer: String,
  carrier: (value) =>
    ({
      stdio: 'stdio',
      sse: 'HTTP+SSE',
      http: 'Streamable HTTP',
      'http-2026': 'Streamable HTTP of 2026-07-28',
      grpc: 'gRPC',
      'grpc-stream': 'gRPC, on a stream',
    })[String(value)] ?? String(value),
  link: (value) => linkWords[String(value)] ?? String(value),
  coding: String,
  by: (value) => `by ${value}`,
  check: (value) => (value === 'none' ? 'nothing checked' : `${value} checked`),
  module: (value) => `the ${value}'s module`,
  order: String,
};

const linkWords: Readonly<Record<string, string>> = {
  tcp: 'plain TCP',
  tls: 'TLS 1.3',
  'tls-resumed': 'TLS 1.3 resumed',
  h2: 'HTTP/2',
  http1: 'HTTP/1.1',
  'http1-new': 'HTTP/1.1, a new connection for each',
};

/** Whether a parameter has words of its own. */
export function hasWords(param: string): boolean {
  return Object.hasOwn(paramWords, param);
}

/** `{bytes: 10240, window: 64}` as `10 KiB, 64 in flight`. */
export function formatParams(params: Params): string {
  return Object.entries(params)
    .map(([key, value]) => paramWords[key]?.(value) ?? `${key} ${value}`)
    .join(', ');
}

/** One value of the parameter that a table compares by, as short as a label has to be. */
export function formatVariant(param: string, value: string | number): string {
  return param.endsWith('Ms') ? formatMs(Number(value)) : String(value);
}

function formatCount(value: string | number, noun: string): string {
  return `${value} ${noun}${Number(value) === 1 ? '' : 's'}`;
}

function formatMs(ms: number): string {
  return ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
}

function formatBytes(bytes: number): string {
  if (bytes >= 1_048_576 && bytes % 1_048_576 === 0) return `${bytes / 1_048_576} MiB`;
  if (bytes >= 1024 && bytes % 1024 === 0) return `${bytes / 1024} KiB`;
  return `${bytes} B`;
}

/** The figure that a goal's limit is compared with, with its unit. */
export function formatMeasured({ measured, unit }: GoalVerdict): string {
  return measured === undefined ? '–' : `${formatCompared(measured, unit)} ${unit}`;
}

/** What noise leaves open around that figure: ` (1.02 to 1.31)`, and nothing where there is no noise. */
export function formatInterval({ interval, unit }: GoalVerdict): string {
  return interval === undefined ? '' : ` (${interval.map((figure) => formatCompared(figure, unit)).join(' to ')})`;
}

function formatCompared(figure: number, unit: string): string {
  if (!Number.isFinite(figure)) return '∞';
  return unit === '×' ? figure.toPrecision(3) : formatFigure(figure);
}

/** How a run did, in one line. */
export function summarizeGoals(goals: readonly GoalVerdict[]): string {
  const measured = goals.filter(({ verdict }) => verdict !== 'not measured');
  if (measured.length === 0) return 'This run measured none of the goals.';
  const reached = measured.filter(({ verdict }) => verdict === 'reached').length;
  const undecided = measured.filter(({ verdict }) => verdict === 'undecided').length;
  const left = goals.length - measured.length;
  const open = undecided > 0 ? `, ${undecided} undecided for noise` : '';
  return `${reached} of ${measured.length} goals reached${open}${left > 0 ? `, ${left} not measured in this run` : ''}.`;
}
