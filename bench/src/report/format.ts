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

/** `{bytes: 10240, window: 64}` as `10 KiB, 64 in flight`. */
export function formatParams(params: Params): string {
  return Object.entries(params)
    .map(([key, value]) => {
      if (key === 'bytes') return formatBytes(Number(value));
      if (key === 'chunkBytes') return `pieces of ${formatBytes(Number(value))}`;
      if (key === 'window') return `${value} in flight`;
      if (key === 'perSecond') return `${value} a second`;
      if (key === 'requests' || key === 'connections' || key === 'readers')
        return value === 1 ? `1 ${key.slice(0, -1)}` : `${value} ${key}`;
      if (key === 'fewer') return `${value} waiting`;
      if (key === 'more') return `then ${value}`;
      if (key === 'bytesEach') return `${formatBytes(Number(value))} sent to each`;
      return String(value);
    })
    .join(', ');
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
