import type { EChartsOption } from 'echarts';
import * as echarts from 'echarts';
import { Markup } from './markup.js';

/** The font of every chart. Without quoted names: the drawing puts it into an attribute as it is. */
export const font = 'system-ui, -apple-system, Roboto, sans-serif';

/** The widths that a chart is drawn for: a phone's and a wider page's. The style sheet shows one of them. */
const widths = { narrow: 326, wide: 500 } as const;

/** Draws a chart twice, as pictures of lines and letters with `description` in words. */
export function drawChart(toOption: (width: number) => EChartsOption, toHeight: (width: number) => number, description: string): Markup {
  const draw = (kind: keyof typeof widths): string => {
    const width = widths[kind];
    const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height: toHeight(width) });
    chart.setOption(toOption(width));
    const svg = chart.renderToSVGString();
    chart.dispose();
    return toInline(svg).replace('<svg ', `<svg class="${kind}" role="img" aria-label="${echarts.format.encodeHTML(description)}" `);
  };
  return new Markup(draw('narrow') + draw('wide'));
}

/** A picture as a page needs it: without namespaces, so that the file names no address, and without what only a script would look at, half of it all. */
function toInline(svg: string): string {
  return svg
    .replace(/<style\b[^>]*>[\s\S]*?<\/style>/g, '')
    .replace(/<path d="[^"]*"(?: transform="[^"]*")? fill="none" pointer-events="visible" class="[^"]*"><\/path>/g, '')
    .replace(/ (?:xmlns(?::xlink)?|ecmeta_\w+|class|pointer-events|version|baseProfile|xml:space)="[^"]*"/g, '')
    .replace(/\n+/g, '');
}

/** About how wide a text will be, rather more than less: there are no letters to measure here. */
export function estimateWidth(text: string, fontSize: number): number {
  return Math.max(...text.split('\n').map((line) => [...line].reduce((sum, letter) => sum + widthOf(letter), 0))) * fontSize;
}

function widthOf(letter: string): number {
  if (/[il.,:;|' ]/.test(letter)) return 0.34;
  return /[A-Zmw+%µ]/.test(letter) ? 0.82 : 0.61;
}

/** Puts a text that is too wide for one line onto two, as equal as its words allow. */
export function wrapLabel(text: string, fontSize: number, width: number): string {
  if (estimateWidth(text, fontSize) <= width) return text;
  const breaks = [...text.matchAll(/ /g)].map(({ index }) => index);
  // A line that ends between two words of one part is worth a few letters more.
  const cost = (at: number): number => Math.max(at, text.length - at) + (text[at - 1] === ',' ? 0 : 5);
  const [at] = breaks.sort((a, b) => cost(a) - cost(b));
  return at === undefined ? text : `${text.slice(0, at)}\n${text.slice(at + 1)}`;
}
