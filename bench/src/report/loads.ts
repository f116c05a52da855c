import type { ProcessLoad } from '../measure/process-watch.js';
import { formatFigure, formatParams } from './format.js';
import type { Report } from './report.js';

/** How busy both sides of each row were, as a table: what the row is, then a figure for each side. */
export interface LoadTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const columns: readonly { readonly label: string; readonly key: keyof ProcessLoad }[] = [
  { label: 'CPU, %', key: 'cpuPercent' },
  { label: 'event loop busy, %', key: 'loopBusyPercent' },
  { label: 'GC, %', key: 'gcPercent' },
  { label: 'event-loop delay p99, ms', key: 'loopDelayP99Ms' },
  { label: 'max, ms', key: 'loopDelayMaxMs' },
];

/** What stands above the table. */
export const loadsExplained: string =
  'Each figure is that of the client, then that of the server: the median over the rounds, and the greatest delay of any. CPU time is of one core. An event loop is busy when it waits for nothing; near 100 % its process can do no more. GC is the part of the time in which the main thread stood still for it. The delay is how late a timer of a millisecond fired, exact to about one millisecond; waiting for the core, where other processes have it, counts.';

/** Undefined where no row says how busy its processes were. */
export function toLoadTable({ rows }: Report): LoadTable | undefined {
  const body = rows.flatMap(({ scenario, params, target, loads }) => {
    if (loads === undefined) return [];
    const figures = columns.map(({ key }) => `${formatFigure(loads.client[key])} · ${formatFigure(loads.server[key])}`);
    return [[scenario, formatParams(params), target, ...figures]];
  });
  return body.length === 0 ? undefined : { header: ['Scenario', 'Case', 'Target', ...columns.map(({ label }) => label)], rows: body };
}
