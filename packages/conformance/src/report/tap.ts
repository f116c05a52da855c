import { stringify } from 'yaml';
import type { Outcome } from '../outcome.js';
import type { Reporter } from './reporter.js';
import { showEntry, showValue, visible } from './words.js';

const ENTRY_CHARS = 400;

/** TAP version 14: what is inconclusive is not ok, warnings are ok with a comment unless they count, expected failures are todo. */
export const tapReporter: Reporter = (report, { strict }) => {
  const lines = ['TAP version 14', `1..${report.outcomes.length}`];
  for (const [index, outcome] of report.outcomes.entries()) {
    const bad = outcome.verdict === 'fail' || outcome.verdict === 'inconclusive' || (strict && outcome.verdict === 'warn');
    lines.push(`${bad ? 'not ok' : 'ok'} ${index + 1} - ${describe(outcome)}${directive(outcome)}`);
    if (outcome.verdict !== 'pass' && outcome.verdict !== 'not-applicable') lines.push(...details(outcome));
  }
  for (const { check } of report.staleExpectations) lines.push(`# stale: ${check} is expected to fail, and does not`);
  return `${lines.join('\n')}\n`;
};

function describe({ check, revision, title }: Outcome): string {
  return escapeTap(`${check} (${revision}): ${title}`);
}

function directive({ verdict, reason = '', known }: Outcome): string {
  if (verdict === 'not-applicable') return ` # SKIP ${escapeTap(reason)}`;
  return known === undefined ? '' : ` # TODO ${escapeTap(known)}`;
}

function details(outcome: Outcome): string[] {
  const { verdict, level, reason, expected, received, remedy, requirements, exchanges = [] } = outcome;
  const yaml = stringify({
    verdict,
    level,
    reason,
    ...(expected !== undefined && { expected: showValue(expected) }),
    ...(received !== undefined && { received: showValue(received) }),
    ...(remedy !== undefined && { remedy }),
    requirements: requirements.map(({ id, url }) => `${id} ${url}`),
    bytes: exchanges.flatMap(({ entries }) => entries.map((entry) => showEntry(entry, ENTRY_CHARS))),
  });
  return [
    '  ---',
    ...yaml
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
    '  ...',
  ];
}

/** A number sign would begin a directive. */
function escapeTap(text: string): string {
  return visible(text).replace(/[\\#]/g, '\\$&');
}
