import { formatFigure } from '../format.js';
import { drawChart, estimateWidth } from './draw.js';
import { axisLabel, type NamedLine, splitLine, toLegend, toLineChart, toLineOption } from './lines.js';
import type { Markup } from './markup.js';
import { placeholder } from './palette.js';

/** A figure of one row that was followed along the way. */
export interface SeriesLine extends NamedLine {
  readonly points: readonly (readonly [x: number, y: number])[];
}

const height = 200;

/** Lines over a quantity, both axes from zero: a straight line is a cost in proportion. */
export function seriesChart(lines: readonly SeriesLine[], against: string, description: string): Markup {
  const greatest = Math.max(...lines.flatMap(({ points }) => points.map(([, y]) => y)));
  const axisWidth = estimateWidth(formatFigure(greatest), axisLabel.fontSize) + 18;
  return drawChart(
    (width) => ({
      ...toLineChart(lines, width, axisWidth),
      xAxis: {
        type: 'value',
        min: 0,
        max: Math.max(...lines.flatMap(({ points }) => points.map(([x]) => x))),
        splitNumber: 4,
        name: against,
        nameLocation: 'middle',
        nameGap: 26,
        nameTextStyle: axisLabel,
        axisLine: { lineStyle: { color: placeholder('line') } },
        axisTick: { show: false },
        splitLine: { show: false },
        axisLabel: { ...axisLabel, formatter: formatFigure, hideOverlap: true },
      },
      yAxis: { type: 'value', min: 0, splitNumber: 4, splitLine, axisLabel: { ...axisLabel, formatter: formatFigure } },
      grid: { left: axisWidth, right: 30, top: 10 + toLegend(lines, width).height, bottom: 46, outerBoundsMode: 'none' },
      series: lines.map((line) => ({ ...toLineOption(line), data: line.points.map((point) => [...point]) })),
    }),
    (width) => height + 20 + toLegend(lines, width).height,
    description,
  );
}
