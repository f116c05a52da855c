import type { GoalVerdict } from '../goals/evaluate.js';
import type { Params } from '../scenarios/scenario.js';

const figures = new Intl.NumberFormat('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const millions = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, notation: 'compact' });
const wholes = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A figure with three significant digits; whole numbers below a hundred thousand stay exact. */
export function formatFigure(value: number): string {
  if (Math.abs(value) >= 1e6) return millions.format(value);
  return Number.isInteger(value) && Math.abs(value) < 1e5 ? wholes.format(value) : figures.format(value);
}

/** A ratio with two decimals, one from ten on, none from a hundred on. */
export function formatRatio(ratio: number): string {
  return ratio.toFixed(ratio >= 100 ? 0 : ratio >= 10 ? 1 : 2);
}

/** A unit that figures are shown in, and what turns them into it. */
export interface ShownUnit {
  readonly unit: string;
  readonly scale: number;
}

/** The unit to write beside a label: none where the label is it, or ends with it, as in `messages/s`. */
export function unitBeside({ label, unit }: { readonly label: string; readonly unit: string }): string {
  return unit.includes('/') && label.endsWith(unit) ? '' : unit;
}

const coarser: Readonly<Record<string, ShownUnit>> = { µs: { unit: 'ms', scale: 1e-3 }, ms: { unit: 's', scale: 1e-3 } };

/** The unit for figures that stand together: a coarser one where the least of them that is not zero has more than three digits before the point. */
export function toShownUnit(unit: string, values: readonly number[]): ShownUnit {
  const least = Math.min(...values.filter((value) => value !== 0).map(Math.abs));
  const next = coarser[unit];
  if (next === undefined || !(least >= 1000 && least < Number.POSITIVE_INFINITY)) return { unit, scale: 1 };
  const further = toShownUnit(next.unit, [least * next.scale]);
  return { unit: further.unit, scale: next.scale * further.scale };
}

/** A figure by itself, with its unit: 13,800 µs are `13.8 ms`. */
export function formatQuantity(value: number, unit: string): string {
  const shown = toShownUnit(unit, [value]);
  return `${formatFigure(value * shown.scale)} ${shown.unit}`.trimEnd();
}

/** How far the least and the greatest round lie from the median, in percent. */
export function formatSpread(median: number, { min, max }: { min: number; max: number }): string {
  if (median === 0) return '';
  const below = Math.round(((median - min) / median) * 100);
  const above = Math.round(((max - median) / median) * 100);
  return below === above ? `±${below} %` : `−${below} +${above} %`;
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
  driver: (value) => driverWords[String(value)] ?? String(value).replace(/^open-(\d+)$/, 'open loop, $1/s'),
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
  module: (value) => moduleWords[String(value)] ?? `@mcpwire/${value}`,
  order: String,
};

const moduleWords: Readonly<Record<string, string>> = {
  server: 'a server over stdio',
  client: 'a client over stdio',
  'http-server': 'a server over Streamable HTTP',
  'http-client': 'a client over Streamable HTTP',
  'sse-server': 'a server over HTTP+SSE',
  'sse-client': 'a client over HTTP+SSE',
  connect: 'a client that finds its transport',
  jsonrpc: 'JSON-RPC and its framing',
};

const driverWords: Readonly<Record<string, string>> = { autocannon: 'autocannon', closed: 'closed loop' };

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

/** One value of a parameter that a table compares by: in words where they are short, so that a label holds them. */
export function formatVariant(param: string, value: string | number): string {
  if (param.endsWith('Ms')) return formatMs(Number(value));
  if (param === 'check' || param === 'by') return String(value);
  if (value === 'http1-new') return 'HTTP/1.1, new each time';
  return paramWords[param]?.(value) ?? String(value);
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
