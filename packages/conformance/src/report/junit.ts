import { create } from 'xmlbuilder2';
import type { Outcome } from '../outcome.js';
import type { Reporter } from './reporter.js';
import { areaOf, introductions, showEntry, showValue, visible } from './words.js';

const ENTRY_CHARS = 2_000;

/**
 * JUnit's XML: a suite for each revision and area. What is inconclusive is an error; a warning passes, with its text in system-out, unless
 * it counts; expected failures are skipped.
 */
export const junitReporter: Reporter = (report, { strict }) => {
  const bad = (outcome: Outcome): boolean =>
    outcome.known === undefined && (outcome.verdict === 'fail' || (strict && outcome.verdict === 'warn'));
  const counts = (outcomes: readonly Outcome[]): Record<string, string | number> => ({
    tests: outcomes.length,
    failures: outcomes.filter(bad).length,
    errors: outcomes.filter(({ verdict }) => verdict === 'inconclusive').length,
    skipped: outcomes.filter(({ verdict, known }) => verdict === 'not-applicable' || known !== undefined).length,
    time: seconds(outcomes.reduce((sum, { durationMs }) => sum + durationMs, 0)),
  });
  const root = create({ version: '1.0', encoding: 'UTF-8' }).ele('testsuites', {
    name: clean(`${introductions(report).join(', ')} over ${report.target.transport}`),
    ...counts(report.outcomes),
  });
  const suites = new Map<string, Outcome[]>();
  for (const outcome of report.outcomes) {
    const name = `${outcome.revision} ${areaOf(outcome.check)}`;
    suites.set(name, [...(suites.get(name) ?? []), outcome]);
  }
  for (const [name, outcomes] of suites) {
    const suite = root.ele('testsuite', { name, timestamp: report.startedAt.slice(0, 19), ...counts(outcomes) });
    for (const outcome of outcomes) {
      const test = suite.ele('testcase', {
        name: clean(`${outcome.check}: ${outcome.title}`),
        classname: `${outcome.transport}.${outcome.revision}.${areaOf(outcome.check)}`,
        time: seconds(outcome.durationMs),
      });
      const { verdict, reason = '' } = outcome;
      const message = clean(reason);
      if (bad(outcome)) test.ele('failure', { type: outcome.level, message }).txt(details(outcome));
      else if (verdict === 'inconclusive') test.ele('error', { type: 'inconclusive', message }).txt(details(outcome));
      else if (outcome.known !== undefined) test.ele('skipped', { message: clean(`expected failure: ${outcome.known}`) });
      else if (verdict === 'not-applicable') test.ele('skipped', { message });
      else if (verdict === 'warn') test.ele('system-out').txt(details(outcome));
    }
  }
  return `${root.end({ prettyPrint: true })}\n`;
};

function details(outcome: Outcome): string {
  const { reason, expected, received, remedy, requirements, exchanges = [] } = outcome;
  const lines = [
    reason,
    ...requirements.map(({ keyword, text, url }) => `${keyword.toUpperCase()}: ${text} ${url}`),
    expected !== undefined && `expected: ${showValue(expected)}`,
    received !== undefined && `received: ${showValue(received)}`,
    remedy !== undefined && `to do: ${remedy}`,
    ...exchanges.flatMap(({ entries }) => entries.map((entry) => showEntry(entry, ENTRY_CHARS))),
  ];
  return clean(lines.filter((line) => typeof line === 'string').join('\n'), '\n');
}

/** XML has no control characters, escaped or not, and no lone surrogates. `keep` stays as it is. */
function clean(text: string, keep = ''): string {
  const lines = keep === '' ? [text] : text.split(keep);
  return lines
    .map((line) =>
      Buffer.from(visible(line))
        .toString()
        .replace(/[\ufffe\uffff]/g, '\ufffd'),
    )
    .join(keep);
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}
