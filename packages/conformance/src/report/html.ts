import { escapeUTF8 } from 'entities';
import type { Exchange, Outcome } from '../outcome.js';
import { type Report, summarize } from '../report.js';
import { VERDICTS, type Verdict } from '../verdict.js';
import { STYLE } from './html-style.js';
import type { Reporter } from './reporter.js';
import { ENTRY_MARKS, introductions, showValue, VERDICT_WORDS, visible } from './words.js';

const ENTRY_CHARS = 2_100;

/** One page that needs nothing beside it: the checks by section of the specification, with the transcripts folded. */
export const htmlReporter: Reporter = (report) => {
  const title = introductions(report).join(', ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${text(title)}: MCP conformance</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${text(title)}</h1>
<p><code>${text(report.target.description)}</code> over ${text(report.target.transport)}, ${text(report.servers.map(({ revision }) => revision).join(', '))}</p>
<p class="small">${text(`${report.tool.name} ${report.tool.version}`)}, ${text(report.startedAt)}, ${(report.durationMs / 1_000).toFixed(1)} s</p>
${counts(report.summary)}
</header>
<main>
${stale(report)}
${sections(report.outcomes).map(section).join('\n')}
</main>
</body>
</html>
`;
};

interface Section {
  readonly page: string;
  readonly outcomes: readonly Outcome[];
}

/** By the page that a check's first requirement stands on; pages with breaches first. */
function sections(outcomes: readonly Outcome[]): Section[] {
  const pages = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const page = outcome.requirements[0]?.page ?? 'other';
    pages.set(page, [...(pages.get(page) ?? []), outcome]);
  }
  const rank = ({ outcomes: own }: Section): number => Math.min(...own.map(({ verdict }) => VERDICTS.indexOf(verdict)));
  return [...pages].map(([page, own]) => ({ page, outcomes: own })).sort((a, b) => rank(a) - rank(b));
}

function section({ page, outcomes }: Section): string {
  const checks = new Map<string, Outcome[]>();
  for (const outcome of outcomes) checks.set(outcome.check, [...(checks.get(outcome.check) ?? []), outcome]);
  const worst = (own: readonly Outcome[]): number => Math.min(...own.map(({ verdict }) => VERDICTS.indexOf(verdict)));
  const sorted = [...checks.values()].sort((a, b) => worst(a) - worst(b));
  return `<section><h2>${text(page)}</h2>${counts(summarize(outcomes))}${sorted.map((own) => check(own, VERDICTS[worst(own)] ?? 'pass')).join('\n')}</section>`;
}

function check(outcomes: readonly Outcome[], verdict: Verdict): string {
  const [first] = outcomes;
  if (!first) return '';
  const requirements = first.requirements
    .map(
      ({ keyword, text: words, url }) =>
        `<li><b>${text(keyword.replace('-', ' ').toUpperCase())}</b> ${text(words)} <a href="${text(url)}">${text(url.replace(/^.*specification\//, ''))}</a></li>`,
    )
    .join('');
  return `<details class="check ${verdict}"${verdict === 'fail' ? ' open' : ''}>
<summary><span class="mark">${text(VERDICT_WORDS[verdict])}</span> <code>${text(first.check)}</code> ${text(first.title)}</summary>
<ul>${requirements}</ul>
${outcomes.map(one).join('\n')}
</details>`;
}

function one(outcome: Outcome): string {
  const { verdict, revision, reason, expected, received, remedy, known, durationMs, exchanges = [] } = outcome;
  const row = (name: string, value: string | undefined): string => (value === undefined ? '' : `<dt>${name}</dt><dd>${value}</dd>`);
  return `<div class="outcome ${verdict}"><p><span class="mark">${text(VERDICT_WORDS[verdict])}</span> ${text(revision)} <span class="small">${durationMs} ms</span></p>
<dl>${[
    row('why', reason === undefined ? undefined : text(reason)),
    row('expected', expected === undefined ? undefined : `<code>${text(showValue(expected))}</code>`),
    row('received', received === undefined ? undefined : `<code>${text(showValue(received))}</code>`),
    row('known', known === undefined ? undefined : text(known)),
    row('to do', remedy === undefined ? undefined : text(remedy)),
  ].join('')}</dl>
${exchanges.map(transcript).join('\n')}</div>`;
}

function transcript({ entries }: Exchange): string {
  const lines = entries.map(
    ({ atMs, kind, text: words, bytes }) =>
      `<span class="${kind}">${String(Math.round(atMs)).padStart(6)} ms ${ENTRY_MARKS[kind]} ${text(words.slice(0, ENTRY_CHARS).replace(/\n$/, ''))}${bytes > ENTRY_CHARS ? ` (${bytes} bytes)` : ''}</span>`,
  );
  return `<details class="bytes"><summary>${entries.length} entries</summary><pre>${lines.join('\n')}</pre></details>`;
}

function counts(summary: Readonly<Record<Verdict, number>>): string {
  return `<p class="counts">${VERDICTS.filter((verdict) => summary[verdict] > 0)
    .map((verdict) => `<span class="${verdict}"><span class="mark">${summary[verdict]} ${text(VERDICT_WORDS[verdict])}</span></span>`)
    .join(' ')}</p>`;
}

function stale({ staleExpectations }: Report): string {
  if (staleExpectations.length === 0) return '';
  const items = staleExpectations.map(
    ({ check: id, reason }) => `<li><code>${text(id)}</code> is expected to fail (${text(reason)}), and does not</li>`,
  );
  return `<section><h2>Stale expectations</h2><ul>${items.join('')}</ul></section>`;
}

/** Whatever a server sent, as text. */
function text(value: string): string {
  return escapeUTF8(visible(value));
}
