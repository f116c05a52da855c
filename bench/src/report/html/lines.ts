import type { EChartsOption, LegendComponentOption, LineSeriesOption } from 'echarts';
import { estimateWidth, font } from './draw.js';
import { placeholder, type ShadeName } from './palette.js';

/** A line of a chart: its name, and how it looks. */
export interface NamedLine {
  readonly label: string;
  readonly shade: ShadeName;
  /** Which of several looks the line has, where lines share a shade. */
  readonly look: number;
}

const dashes = ['solid', 'dashed', 'dotted', [8, 3, 2, 3], [2, 2]] as const;
const symbols = ['circle', 'rect', 'triangle', 'diamond', 'pin'] as const;
const legend = { lineHeight: 22, fontSize: 12, lineWidth: 28, gap: 18 };

/** What all axes look like. */
export const axisLabel: { readonly color: string; readonly fontSize: number; readonly fontFamily: string } = {
  color: placeholder('muted'),
  fontSize: 12,
  fontFamily: font,
};
export const splitLine: { readonly lineStyle: { readonly color: string } } = { lineStyle: { color: placeholder('line') } };

/** A line without its data. */
export function toLineOption({ label, shade, look }: NamedLine): LineSeriesOption {
  return {
    type: 'line',
    name: label,
    silent: true,
    symbol: symbols[look % symbols.length] as string,
    symbolSize: 7,
    itemStyle: { color: placeholder(shade) },
    lineStyle: { color: placeholder(shade), width: 2, type: dashes[look % dashes.length] as 'solid' },
  };
}

/** What a chart of lines has above its grid, and how high that is. */
export function toLegend(lines: readonly NamedLine[], width: number): { option: LegendComponentOption[]; height: number } {
  const rows = toRows(lines, width);
  const option = rows.map((data, i) => ({
    data: [...data],
    top: i * legend.lineHeight,
    left: 0,
    itemWidth: 22,
    itemGap: legend.gap,
    textStyle: { color: placeholder('ink'), fontSize: legend.fontSize, fontFamily: font },
  }));
  return { option, height: legend.lineHeight * rows.length };
}

/** What every chart of lines starts from: a grid below the legend, with room for the labels of the y axis. */
export function toLineChart(lines: readonly NamedLine[], width: number, axisWidth: number): EChartsOption {
  const { option, height } = toLegend(lines, width);
  return {
    animation: false,
    textStyle: { fontFamily: font },
    grid: { left: axisWidth, right: 22, top: 10 + height, bottom: 26, outerBoundsMode: 'none' },
    legend: option,
  };
}

/** The names in as many rows as they need. */
function toRows(lines: readonly NamedLine[], width: number): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let left = 0;
  for (const { label } of lines) {
    const own = legend.lineWidth + estimateWidth(label, legend.fontSize) + legend.gap;
    if (rows.length === 0 || own > left) {
      rows.push([]);
      left = width + legend.gap;
    }
    rows.at(-1)?.push(label);
    left -= own;
  }
  return rows;
}
