import { styleText } from 'node:util';
import { formatFigure } from '../report/format.js';
import { type Advice, outcomeTitles } from './decide.js';
import { describeSource } from './figures.js';
import type { AdviceSource } from './source.js';

/** Advice for a terminal. */
export function toAdviceText(advice: Advice, source: AdviceSource, colors: boolean): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colors ? styleText(style, text, { validateStream: false }) : text;
  const lines = [paint(['bold', 'green'], outcomeTitles[advice.outcome]), ''];
  for (const { question, answer, reason, figures, missing } of advice.steps) {
    lines.push(`${question} ${paint('bold', answer)}`, `  ${reason}`);
    for (const figure of figures) {
      const noise = figure.noisy ? ' ~' : '';
      lines.push(
        `    ${figure.label}: ${paint('cyan', `${formatFigure(figure.value)} ${figure.unit}${noise}`)}  ${paint('dim', describeSource(figure))}`,
      );
    }
    if (missing.length > 0) lines.push(`    ${paint('dim', `not in these results: ${missing.join(', ')}`)}`);
  }
  const { article } = advice;
  lines.push(
    '',
    `“${article.source.title}” (${article.source.file}) says ${outcomeTitles[article.outcome]}${article.same ? ', too.' : `. ${article.why ?? ''}`}`,
  );
  lines.push('', ...source.notes.map((note) => paint('dim', note)));
  return `${lines.join('\n')}\n`;
}
