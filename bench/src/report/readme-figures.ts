import { markdownTable } from 'markdown-table';
import type { Params } from '../scenarios/scenario.js';
import { formatFigure } from './format.js';
import type { Report } from './report.js';

interface Figure {
  readonly title: string;
  readonly scenario: string;
  readonly params: Params;
  readonly metric: string;
  /** The target whose row a column shows, where it is not the column's own. */
  readonly targets?: Readonly<Record<string, string>>;
}

/** What the README shows of a report: a few rows that between them say what is better and what is not. */
const stdioFigures: readonly Figure[] = [
  {
    title: 'messages/s, 100 B, 1024 in flight',
    scenario: 'stdio/pipelined',
    params: { bytes: 100, window: 1024 },
    metric: 'messagesPerSecond',
  },
  {
    title: 'the same, CPU of both processes per message, µs',
    scenario: 'stdio/pipelined',
    params: { bytes: 100, window: 1024 },
    metric: 'cpuUsPerMessage',
  },
  {
    title: '10 KiB, 64 in flight, CPU per message, µs',
    scenario: 'stdio/pipelined',
    params: { bytes: 10_240, window: 64 },
    metric: 'cpuUsPerMessage',
  },
  { title: 'one request at a time, 100 B, median, µs', scenario: 'stdio/ping-pong', params: { bytes: 100 }, metric: 'p50Us' },
  { title: '10 MiB round trips/s', scenario: 'stdio/large', params: { bytes: 10_485_760 }, metric: 'roundTripsPerSecond' },
  {
    title: 'JSON messages of 64 KiB one way, GB/s',
    scenario: 'stdio/bytes',
    params: { layer: 'parsed', bytes: 65_536 },
    metric: 'gigabytesPerSecond',
  },
  {
    title: "a tool call through the SDK's own Client and McpServer, CPU, µs",
    scenario: 'stdio/sdk-call',
    params: { bytes: 100, window: 64 },
    metric: 'cpuUsPerMessage',
    targets: { mcpwire: 'sdk-v2+mcpwire' },
  },
  { title: 'cold import of the server transport, ms', scenario: 'import', params: { module: 'server' }, metric: 'importMs' },
  { title: 'installed, MB', scenario: 'import', params: { module: 'server' }, metric: 'installedMB' },
];

const post = { bytes: 100, window: 16 };

/** The same over HTTP; of a result that has none of these rows there is no such table. */
const httpFigures: readonly Figure[] = [
  {
    title: "server's CPU for a call in a session, JSON as the reply, µs",
    scenario: 'http/post-json',
    params: post,
    metric: 'serverCpuUsPerMessage',
  },
  {
    title: 'the same, an event stream as the reply, µs',
    scenario: 'http/post-sse',
    params: post,
    metric: 'serverCpuUsPerMessage',
  },
  { title: "client's CPU for a call, µs", scenario: 'http/client', params: post, metric: 'clientCpuUsPerMessage' },
  {
    title: 'heap for an idle SSE stream with its session, KiB',
    scenario: 'sse/idle-memory',
    params: { connections: 1000 },
    metric: 'heapKiBPerConnection',
  },
];

const stdioColumns = ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'] as const;
const httpColumns = [...stdioColumns, 'tmcp', 'mcp-lite'] as const;
const none = '–';
const begin = '<!-- figures: pnpm figures -->';
const end = '<!-- /figures -->';

/** Markdown tables of the figures, under a sentence that says where they come from: stdio, and HTTP where the report has rows of it. */
export function toReadmeFigures(report: Report, source: string): string {
  const { cpu, cores, node } = report.machine;
  const http = toTable(
    report,
    httpFigures.filter((figure) => toCell(report, figure, 'mcpwire') !== none),
    httpColumns,
  );
  return [
    `Measured by \`pnpm ${report.command}\` on ${cpu}, ${cores} cores, Node ${node.replace(/^v/, '')}; all of it is in [${source}](${source}).`,
    'The floor is a 30-line echo written by hand, without limits or error handling. `~` marks a figure whose rounds lay far apart.',
    '',
    toTable(report, stdioFigures, stdioColumns),
    ...(http === '' ? [] : ['', 'Over HTTP; the floor is bare `node:http`:', '', http]),
  ].join('\n');
}

/** Empty where there is no figure. A column without one is left out. */
function toTable(report: Report, figures: readonly Figure[], columns: readonly string[]): string {
  if (figures.length === 0) return '';
  const shown = columns.filter((column) => figures.some((figure) => toCell(report, figure, column) !== none));
  const titles = shown.map((name) => {
    const target = report.targets.find((candidate) => candidate.name === name);
    return target?.role === 'peer' ? `${target.title} (${target.version})` : name;
  });
  const rows = figures.map((figure) => [figure.title, ...shown.map((target) => toCell(report, figure, target))]);
  return markdownTable([['', ...titles], ...rows], { align: ['l', ...shown.map(() => 'r')] });
}

/** The README with the figures between its two markers. @throws Error when the markers are not there. */
export function withFigures(readme: string, markdown: string): string {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from === -1 || to < from) throw new Error(`the README has no place for figures: ${begin} … ${end}`);
  return `${readme.slice(0, from + begin.length)}\n${markdown}\n${readme.slice(to)}`;
}

function toCell(report: Report, { scenario, params, metric, targets }: Figure, column: string): string {
  const target = targets?.[column] ?? column;
  const wanted = JSON.stringify(params);
  const row = report.rows.find(
    (candidate) => candidate.scenario === scenario && candidate.target === target && JSON.stringify(candidate.params) === wanted,
  );
  const value = row?.metrics[metric];
  if (row === undefined || value === undefined) return none;
  const unsteady = (row.spread[metric]?.deviation ?? 0) > value / 10;
  return `${formatFigure(value)}${unsteady ? ' ~' : ''}`;
}
