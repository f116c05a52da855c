import { formatFigure, toShownUnit } from '../format.js';
import type { Percentile } from '../percentiles.js';
import { drawChart, estimateWidth } from './draw.js';
import { axisLabel, type NamedLine, splitLine, toLegend, toLineChart, toLineOption } from './lines.js';
import type { Markup } from './markup.js';
import { placeholder } from './palette.js';

/** The latencies of one row. */
export interface Curve extends NamedLine {
  readonly points: readonly Percentile[];
}

/** What the charts of one case share, so that they can be compared: the unit, and where the axis begins and ends. */
export interface CurveAxis {
  readonly unit: string;
  readonly scale: number;
  readonly low: number;
  readonly high: number;
}

/** The axis for these curves: from below the least to above the greatest, at a 1, a 2 or a 5. */
export function toCurveAxis(curves: readonly Curve[]): CurveAxis {
  const values = curves.flatMap(({ points }) => points.map(({ us }) => us)).filter((us) => us > 0);
  const shown = toShownUnit('µs', values);
  const least = Math.min(...values) * shown.scale;
  const greatest = Math.max(...values) * shown.scale;
  const steps = logSteps(least / 10, greatest * 10);
  return {
    ...shown,
    low: steps.findLast((step) => step <= least) ?? least,
    high: steps.find((step) => step >= greatest) ?? greatest,
  };
}

/** 1, 2 and 5 times the powers of ten between two figures. */
function logSteps(from: number, to: number): readonly number[] {
  const first = Math.floor(Math.log10(from));
  const last = Math.ceil(Math.log10(to));
  return Array.from({ length: last - first + 1 }, (_, i) => [1, 2, 5].map((digit) => Number(`${digit}e${first + i}`))).flat();
}

/** Latency over percentile, on a logarithmic scale: what the slow calls cost beside the usual ones. */
export function curveChart(curves: readonly Curve[], axis: CurveAxis, description: string): Markup {
  const labels = [
    ...new Set(
      curves
        .flatMap(({ points }) => points)
        .sort((a, b) => a.percent - b.percent)
        .map(({ label }) => label),
    ),
  ];
  const inside = logSteps(axis.low, axis.high).filter((step) => step >= axis.low && step <= axis.high);
  const steps = inside.length <= 8 ? inside : inside.filter((step) => Number.isInteger(Math.log10(step)));
  const ticks = steps.map(Math.log10);
  const axisWidth = Math.max(...steps.map((step) => estimateWidth(formatStep(step), 12))) + 14;
  return drawChart(
    (width) => ({
      ...toLineChart(curves, width, axisWidth),
      xAxis: {
        type: 'category',
        data: labels,
        boundaryGap: false,
        axisLine: { lineStyle: { color: placeholder('line') } },
        axisTick: { show: false },
        axisLabel: { ...axisLabel, interval: 0 },
      },
      // Drawn by its logarithms: an axis that does so by itself has steps at powers of ten alone.
      yAxis: {
        type: 'value',
        min: Math.log10(axis.low),
        max: Math.log10(axis.high),
        axisLine: { show: false },
        // The lines across stand where the ticks would.
        axisTick: { show: false, customValues: ticks },
        splitLine,
        axisLabel: {
          ...axisLabel,
          customValues: ticks,
          formatter: (value: number) => formatStep(10 ** value),
        },
      },
      series: curves.map((curve) => ({
        ...toLineOption(curve),
        data: labels.map((name) => {
          const us = curve.points.find((point) => point.label === name)?.us;
          return us === undefined || us <= 0 ? null : Math.log10(us * axis.scale);
        }),
      })),
    }),
    (width) => 190 + toLegend(curves, width).height,
    description,
  );
}

function formatStep(step: number): string {
  const rounded = Number(step.toPrecision(1));
  return rounded >= 1 ? formatFigure(rounded) : String(rounded);
}
