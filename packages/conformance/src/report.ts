import { applyBaseline, type ExpectedFailure } from './baseline.js';
import type { TransportKind } from './connection.js';
import type { Outcome } from './outcome.js';
import { VERDICTS, type Verdict } from './verdict.js';
import { PACKAGE_VERSION } from './version.js';

/** Counts up when a member of `Report` goes or changes its meaning; new members do not count. */
export const REPORT_SCHEMA_VERSION = 1;

/** Everything that a run found: plain JSON. */
export interface Report {
  readonly schemaVersion: number;
  readonly tool: { readonly name: string; readonly version: string };
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly target: { readonly transport: TransportKind; readonly description: string };
  /** For each revision that was judged, how the server introduced itself. */
  readonly servers: readonly { readonly revision: string; readonly name: string | undefined; readonly version: string | undefined }[];
  /** Every revision that the server agreed to, judged or not. */
  readonly supportedRevisions: readonly string[];
  readonly summary: Readonly<Record<Verdict, number>>;
  readonly outcomes: readonly Outcome[];
  /** Entries of the file of expected failures that nothing matches any more. */
  readonly staleExpectations: readonly ExpectedFailure[];
}

/** When a run began, on both clocks. */
export interface RunStart {
  readonly date: Date;
  /** Of `performance.now()`. */
  readonly atMs: number;
}

/** What a run is about and what it found, as it comes. */
export interface Findings extends Pick<Report, 'target' | 'servers' | 'supportedRevisions' | 'outcomes'> {
  /** In the order in which outcomes are listed. */
  readonly checks: readonly { readonly id: string }[];
  readonly expectedFailures: readonly ExpectedFailure[] | undefined;
}

/** The report of a run that ends now. */
export function createReport(start: RunStart, { checks, expectedFailures = [], outcomes, ...about }: Findings): Report {
  const order = new Map(checks.map(({ id }, index) => [id, index]));
  const place = ({ check }: Outcome): number => order.get(check) ?? order.size;
  const sorted = [...outcomes].sort((a, b) => place(a) - place(b) || a.revision.localeCompare(b.revision));
  const { outcomes: marked, stale } = applyBaseline(sorted, expectedFailures);
  return {
    schemaVersion: REPORT_SCHEMA_VERSION,
    tool: { name: '@mcpwire/conformance', version: PACKAGE_VERSION },
    startedAt: start.date.toISOString(),
    durationMs: Math.round(performance.now() - start.atMs),
    target: about.target,
    servers: about.servers,
    supportedRevisions: about.supportedRevisions,
    summary: summarize(marked),
    outcomes: marked,
    staleExpectations: stale,
  };
}

export function summarize(outcomes: readonly Outcome[]): Record<Verdict, number> {
  const summary = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const { verdict } of outcomes) summary[verdict]++;
  return summary;
}

/** What the process exits with. */
export const ExitCode = {
  /** No MUST was broken. */
  Conformant: 0,
  /** A MUST was broken; with `strict` a SHOULD; or an expected failure is none any more. */
  Broken: 1,
  /** Wrong arguments, or the server could not be started or reached. */
  Unusable: 2,
  /** Nothing was broken, but something could not be judged. */
  Inconclusive: 3,
} as const;

/** The exit code for a report. Expected failures do not count. */
export function exitCodeOf(report: Report, options: { strict?: boolean | undefined } = {}): number {
  const counts = ({ verdict, known }: Outcome): boolean =>
    known === undefined && (verdict === 'fail' || (options.strict === true && verdict === 'warn'));
  if (report.outcomes.some(counts) || report.staleExpectations.length > 0) return ExitCode.Broken;
  if (report.outcomes.some(({ verdict }) => verdict === 'inconclusive')) return ExitCode.Inconclusive;
  return ExitCode.Conformant;
}
