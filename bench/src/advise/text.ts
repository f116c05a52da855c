import { styleText } from 'node:util';
import { formatQuantity } from '../report/format.js';
import { wrapWords } from '../report/plain-text.js';
import { type Advice, outcomeTitles } from './decide.js';
import { describeMissing, describeSource } from './figures.js';
import type { AdviceSource } from './source.js';

/** Advice for a terminal. `colors` adds escape sequences; no line of words is longer than `columns`. */
export function toAdviceText(advice: Advice, source: AdviceSource, colors: boolean, columns: number = Number.POSITIVE_INFINITY): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colors ? styleText(style, text, { validateStream: false }) : text;
  const dim = (text: string): string =>
    text
      .split('\n')
      .map((line) => paint('dim', line))
      .join('\n');
  const lines = [paint(['bold', 'green'], outcomeTitles[advice.outcome]), ''];
  for (const { question, answer, reason, figures, missing } of advice.steps) {
    lines.push(`${question} ${paint('bold', answer)}`, wrapWords(reason, columns, '  '));
    for (const figure of figures) {
      const said = `${formatQuantity(figure.value, figure.unit)}${figure.noisy ? ' ~' : ''}`;
      const from = describeSource(figure);
      const isLong = 4 + figure.label.length + 2 + said.length + 2 + from.length > columns;
      lines.push(`    ${figure.label}: ${paint('cyan', said)}${isLong ? `\n      ${paint('dim', from)}` : `  ${paint('dim', from)}`}`);
    }
    if (missing.length > 0) lines.push(dim(wrapWords(`not in these results: ${missing.map(describeMissing).join('; ')}`, columns, '    ')));
  }
  const { article } = advice;
  const theirs = article.same ? ', too.' : `. ${article.why ?? ''}`;
  lines.push('', wrapWords(`“${article.source.title}” (${article.source.file}) says ${outcomeTitles[article.outcome]}${theirs}`, columns));
  lines.push('', ...source.notes.map((note) => dim(wrapWords(note, columns))));
  return `${lines.join('\n')}\n`;
}
