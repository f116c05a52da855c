import type { CustomSeriesRenderItem, EChartsOption } from 'echarts';
import { drawChart, estimateWidth, font, wrapLabel } from './draw.js';
import type { Markup } from './markup.js';
import { placeholder, type ShadeName } from './palette.js';

/** One bar: a label, and one or two parts that add up. */
export interface Bar {
  readonly label: string;
  readonly parts: readonly { readonly value: number; readonly shade: ShadeName }[];
  /** What stands behind the bar. */
  readonly text: string;
  /** The least and the greatest round, drawn as a whisker. */
  readonly range?: { readonly min: number; readonly max: number } | undefined;
}

const barHeight = 30;
const valueWidth = 88;
const isNarrow = (width: number): boolean => width < 400;

/** Horizontal bars. */
export function barChart(bars: readonly Bar[], description: string): Markup {
  return drawChart(
    (width) => toOption(bars, width),
    () => bars.length * barHeight + 8,
    description,
  );
}

function toOption(bars: readonly Bar[], width: number): EChartsOption {
  const totals = bars.map((bar) => bar.parts.reduce((sum, part) => sum + part.value, 0));
  const ends = bars.map((bar, i) => Math.max(totals[i] as number, bar.range?.max ?? 0));
  const greatest = axisEnd(ends);
  const isCut = (i: number): boolean => (totals[i] as number) > greatest;
  const partCount = Math.max(...bars.map((bar) => bar.parts.length));
  const fontSize = isNarrow(width) ? 11.5 : 13;
  const mostForLabels = isNarrow(width) ? 116 : 204;
  const labels = bars.map(({ label }) => wrapLabel(label, fontSize, mostForLabels));
  const labelWidth = Math.ceil(Math.min(Math.max(...labels.map((label) => estimateWidth(label, fontSize))), width * 0.46)) + 14;
  return {
    animation: false,
    textStyle: { fontFamily: font },
    grid: { left: labelWidth, right: valueWidth, top: 4, bottom: 4, outerBoundsMode: 'none' },
    xAxis: { type: 'value', min: 0, max: greatest, show: false },
    yAxis: {
      type: 'category',
      inverse: true,
      data: labels,
      axisLine: { lineStyle: { color: placeholder('line') } },
      axisTick: { show: false },
      axisLabel: { color: placeholder('ink'), fontSize, lineHeight: 13, fontFamily: font, interval: 0 },
    },
    series: [
      ...Array.from({ length: partCount }, (_, part) => ({
        type: 'bar' as const,
        stack: 'bar',
        barWidth: 16,
        silent: true,
        data: bars.map((bar, i) => ({
          value: Math.min(bar.parts[part]?.value ?? 0, greatest),
          itemStyle: { color: placeholder(bar.parts[part]?.shade ?? 'floor') },
          label: {
            show: part === partCount - 1,
            position: 'right' as const,
            // Past the whisker, so that neither hides the other.
            offset: [
              ((Math.min(greatest, ends[i] as number) - Math.min(greatest, totals[i] as number)) / greatest) *
                (width - labelWidth - valueWidth),
              0,
            ],
            formatter: () => bar.text,
            color: placeholder('ink'),
            fontSize: 13,
            fontFamily: font,
          },
        })),
      })),
      {
        type: 'custom',
        silent: true,
        renderItem: drawWhisker,
        data: bars.flatMap((bar, i) => (bar.range === undefined || bar.range.max > greatest ? [] : [[i, bar.range.min, bar.range.max]])),
        encode: { x: [1, 2], y: 0 },
        z: 3,
      },
      {
        type: 'custom',
        silent: true,
        renderItem: drawBreak,
        data: bars.flatMap((_, i) => (isCut(i) ? [[i, greatest * 0.9]] : [])),
        encode: { x: 1, y: 0 },
        z: 4,
      },
    ],
  };
}

/** The axis ends at the longest bar, unless that is so much longer than the next that nothing else could be told apart. */
function axisEnd(ends: readonly number[]): number {
  const [first = 1, second = first] = [...ends].sort((a, b) => b - a);
  return (first > 2.5 * second ? second * 1.2 : first) || 1;
}

const drawWhisker: CustomSeriesRenderItem = (_, api) => {
  const row = api.value(0);
  const [left = 0, y = 0] = api.coord([api.value(1), row]);
  const [right = 0] = api.coord([api.value(2), row]);
  const style = { stroke: placeholder('ink'), lineWidth: 1.2, opacity: 0.75 };
  const line = (x1: number, y1: number, x2: number, y2: number) => ({ type: 'line' as const, shape: { x1, y1, x2, y2 }, style });
  return { type: 'group', children: [line(left, y, right, y), line(left, y - 4, left, y + 4), line(right, y - 4, right, y + 4)] };
};

/** A gap through a bar that is longer than there is room for. */
const drawBreak: CustomSeriesRenderItem = (_, api) => {
  const [x = 0, y = 0] = api.coord([api.value(1), api.value(0)]);
  return {
    type: 'polygon',
    shape: {
      points: [
        [x - 2, y + 10],
        [x + 4, y - 10],
        [x + 8, y - 10],
        [x + 2, y + 10],
      ],
    },
    style: { fill: placeholder('card') },
  };
};
