import type { EChartsOption } from 'echarts';
import * as echarts from 'echarts';
import { Markup } from './markup.js';

/** The font of every chart. Without quoted names: the drawing puts it into an attribute as it is. */
export const font = 'system-ui, -apple-system, Roboto, sans-serif';

/** The widths that a chart is drawn for: a phone's and a wider page's. The style sheet shows one of them. */
const widths = { narrow: 326, wide: 500 } as const;

/** Draws a chart twice, as pictures of lines and letters with `description` in words. */
export function drawChart(toOption: (width: number) => EChartsOption, height: number, description: string): Markup {
  const draw = (kind: keyof typeof widths): string => {
    const width = widths[kind];
    const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
    chart.setOption(toOption(width));
    const svg = chart.renderToSVGString();
    chart.dispose();
    // In a page the element needs no namespace, and without it the file names no address at all.
    const inline = svg.replace(/ xmlns(:xlink)?="[^"]*"/g, '');
    return inline.replace('<svg ', `<svg class="${kind}" role="img" aria-label="${echarts.format.encodeHTML(description)}" `);
  };
  return new Markup(draw('narrow') + draw('wide'));
}
