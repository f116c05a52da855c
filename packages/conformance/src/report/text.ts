import pc from 'picocolors';
import type { Outcome } from '../outcome.js';
import { type Report, summarize } from '../report.js';
import { VERDICTS, type Verdict } from '../verdict.js';
import type { Reporter } from './reporter.js';
import { areaOf, type Finding, findings, introductions, shorten, showEntry, showValue, VERDICT_WORDS, visible } from './words.js';

type Colors = ReturnType<typeof pc.createColors>;

/** Entries of a transcript that are shown; the other formats have them all. */
const SHOWN_ENTRIES = 12;
const ENTRY_CHARS = 320;

/** For people at a terminal: failures first, each with all that is needed to mend it, then a summary by area. */
export const textReporter: Reporter = (report, options) => {
  const colors = pc.createColors(options.color);
  const of = (verdict: Verdict): Finding[] => findings(report.outcomes.filter((outcome) => outcome.verdict === verdict));
  const parts = [heading(report, colors)];
  for (const finding of [...of('fail'), ...of('warn'), ...of('inconclusive')]) parts.push(showFinding(finding, colors));
  for (const { check, revision, reason } of report.staleExpectations) {
    parts.push(
      `${colors.red('stale')} ${check}${revision ? ` (${revision})` : ''} is expected to fail (${reason}), and does not: take it out of the file`,
    );
  }
  const skipped = of('not-applicable');
  if (skipped.length > 0) parts.push(showSkipped(skipped, colors));
  parts.push(showSummary(report, colors));
  const [first] = [...of('fail'), ...of('warn'), ...of('inconclusive')];
  if (first) parts.push(colors.dim(showNext(first)));
  return `${parts.join('\n\n')}\n`;
};

function heading(report: Report, colors: Colors): string {
  const { servers, target } = report;
  return `${colors.bold(visible(introductions(report).join(', ')))} over ${target.transport}, ${servers.map(({ revision }) => revision).join(', ')}\n${colors.dim(visible(target.description))}`;
}

const COLOR: Readonly<Record<Verdict, 'red' | 'yellow' | 'magenta' | 'dim' | 'green'>> = {
  fail: 'red',
  warn: 'yellow',
  inconclusive: 'magenta',
  'not-applicable': 'dim',
  pass: 'green',
};

function showFinding({ outcome, revisions }: Finding, colors: Colors): string {
  const { verdict, check, title, reason = '', known } = outcome;
  const word = known === undefined ? verdict.toUpperCase() : `expected ${verdict}`;
  const lines = [
    `${colors[COLOR[verdict]](colors.bold(word))} ${colors.bold(check)} ${colors.dim(`(${revisions.join(', ')})`)}`,
    `  ${title}.`,
  ];
  const add = (label: string, text: string | undefined): void => {
    if (text === undefined) return;
    const [first = '', ...more] = text.split('\n');
    lines.push(`  ${colors.cyan(label.padEnd(10))} ${first}`, ...more.map((line) => `             ${line}`));
  };
  for (const { keyword, text, url } of outcome.requirements) add(keyword.replace('-', ' ').toUpperCase(), `${text} ${colors.dim(url)}`);
  add(verdict === 'inconclusive' ? 'unclear' : 'wrong', shorten(reason.split('\n').map(visible).join('\n'), 1_200));
  if (outcome.expected !== undefined) add('expected', visible(showValue(outcome.expected)));
  if (outcome.received !== undefined) add('received', visible(showValue(outcome.received)));
  if (known !== undefined) add('known', visible(known));
  add('to do', outcome.remedy);
  add('bytes', showExchanges(outcome));
  return lines.join('\n');
}

/** The end of what was exchanged, which is where it went wrong. */
function showExchanges({ exchanges = [] }: Outcome): string | undefined {
  if (exchanges.length === 0) return undefined;
  return exchanges
    .map(({ entries }, index) => {
      const shown = entries.slice(-SHOWN_ENTRIES).map((entry) => showEntry(entry, ENTRY_CHARS));
      if (entries.length > SHOWN_ENTRIES) shown.unshift(`… ${entries.length - SHOWN_ENTRIES} before`);
      if (exchanges.length > 1) shown.unshift(`connection ${index + 1}`);
      return shown.join('\n');
    })
    .join('\n');
}

function showSkipped(skipped: readonly Finding[], colors: Colors): string {
  const byReason = new Map<string, string[]>();
  for (const { outcome } of skipped) {
    const reason = outcome.reason ?? '';
    byReason.set(reason, [...new Set([...(byReason.get(reason) ?? []), outcome.check])]);
  }
  return [...byReason].map(([reason, ids]) => colors.dim(`not applicable: ${reason}\n  ${ids.join(', ')}`)).join('\n');
}

function showSummary(report: Report, colors: Colors): string {
  const areas = [...new Set(report.outcomes.map(({ check }) => areaOf(check)))];
  const width = Math.max(5, ...areas.map((area) => area.length));
  const lines = areas.map((area) => {
    const summary = summarize(report.outcomes.filter(({ check }) => areaOf(check) === area));
    return `  ${area.padEnd(width)}  ${showCounts(summary, colors)}`;
  });
  const known = report.outcomes.filter((outcome) => outcome.known !== undefined).length;
  const total = `  ${colors.bold('all'.padEnd(width))}  ${showCounts(report.summary, colors)}${known > 0 ? ` (${known} expected)` : ''}`;
  return [...lines, total, colors.dim(`  in ${(report.durationMs / 1_000).toFixed(1)} s`)].join('\n');
}

function showNext({ outcome: { check }, revisions: [revision] }: Finding): string {
  return `--explain ${check} tells what it is about, --only ${check} --revision ${revision} judges it alone, and --output report.html shows more of the bytes.`;
}

function showCounts(summary: Readonly<Record<Verdict, number>>, colors: Colors): string {
  return VERDICTS.filter((verdict) => summary[verdict] > 0)
    .map((verdict) => colors[COLOR[verdict]](`${summary[verdict]} ${VERDICT_WORDS[verdict]}`))
    .join(', ');
}
