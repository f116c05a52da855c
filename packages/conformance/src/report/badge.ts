import { makeBadge } from 'badge-maker';
import { ExitCode, exitCodeOf, type Report } from '../report.js';

/** An SVG badge with the outcome in a few words. */
export function createBadge(report: Report, options: { strict: boolean }): string {
  const { pass, fail, warn, inconclusive } = report.summary;
  const code = exitCodeOf(report, options);
  const judged = pass + fail + warn;
  const message =
    code === ExitCode.Broken
      ? `${fail + (options.strict ? warn : 0)} of ${judged} broken`
      : code === ExitCode.Inconclusive
        ? `${inconclusive} unclear`
        : `${judged} checks`;
  const color = code === ExitCode.Broken ? 'red' : code === ExitCode.Inconclusive ? 'lightgrey' : warn > 0 ? 'yellowgreen' : 'brightgreen';
  return makeBadge({ label: 'MCP conformance', message, color });
}
