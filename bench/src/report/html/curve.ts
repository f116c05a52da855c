import { formatFigure } from '../format.js';
import type { Percentile } from '../percentiles.js';
import { drawChart, font } from './draw.js';
import type { Markup } from './markup.js';
import { placeholder, type ShadeName } from './palette.js';

/** The latencies of one row. */
export interface Curve {
  readonly label: string;
  readonly shade: ShadeName;
  readonly points: readonly Percentile[];
}

/** A line's look where several share a colour. */
const dashes = ['solid', 'dashed', 'dotted'] as const;
const symbols = ['circle', 'rect', 'triangle', 'diamond'] as const;
const legendLineHeight = 22;

/** Latency over percentile, on a logarithmic scale: what the slow calls cost beside the usual ones. */
export function curveChart(curves: readonly Curve[], description: string): Markup {
  const labels = [
    ...new Set(
      curves
        .flatMap(({ points }) => points)
        .sort((a, b) => a.percent - b.percent)
        .map(({ label }) => label),
    ),
  ];
  const legendHeight = legendLineHeight * Math.ceil(curves.length / 2);
  return drawChart(
    () => ({
      animation: false,
      textStyle: { fontFamily: font },
      grid: { left: 52, right: 18, top: 10 + legendHeight, bottom: 26 },
      legend: { top: 0, left: 0, itemWidth: 22, textStyle: { color: placeholder('ink'), fontSize: 12, fontFamily: font } },
      xAxis: {
        type: 'category',
        data: labels,
        boundaryGap: false,
        axisLine: { lineStyle: { color: placeholder('line') } },
        axisTick: { show: false },
        axisLabel: { color: placeholder('muted'), fontSize: 12, fontFamily: font },
      },
      yAxis: {
        type: 'log',
        axisLine: { show: false },
        splitLine: { lineStyle: { color: placeholder('line') } },
        axisLabel: { color: placeholder('muted'), fontSize: 12, fontFamily: font, formatter: (value: number) => formatFigure(value) },
      },
      series: curves.map(({ label, shade, points }, i) => ({
        type: 'line' as const,
        name: label,
        silent: true,
        symbol: symbols[i % symbols.length] as string,
        symbolSize: 7,
        itemStyle: { color: placeholder(shade) },
        lineStyle: {
          color: placeholder(shade),
          width: 2,
          type: dashes[curves.slice(0, i).filter((other) => other.shade === shade).length % dashes.length] as 'solid',
        },
        data: labels.map((name) => points.find((point) => point.label === name)?.us ?? null),
      })),
    }),
    220 + legendHeight,
    description,
  );
}
