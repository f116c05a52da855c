/** A check of the official suite that does not succeed. */
export interface ExpectedFailure {
  readonly scenario: string;
  readonly check: string;
  readonly status: 'FAILURE' | 'WARNING' | 'SKIPPED';
  /** Why it does not, and why that is right, or whose fault it is. */
  readonly reason: string;
  /** It may succeed as well. */
  readonly sometimes?: true;
}

/** One run of the suite: what it has to find. */
export interface ExpectedRun {
  /** The suite's version on npm. */
  readonly version: string;
  readonly revision: string;
  /** Scenarios that it has for this revision: so many, or the one that is run. */
  readonly scenarios: number | string;
  /** Checks that succeed at least: the suite finds nothing wrong with a server that it can't reach in scenarios that are not applicable. */
  readonly successes: number;
  readonly failures: readonly ExpectedFailure[];
}

/** The latest release, for the revisions before 2026-07-28. */
const stable = '0.1.16';
/** The first line of versions that knows 2026-07-28; it checks more of the others too. */
const next = '0.2.0-alpha.12';

/** Of a server. The extension for tasks is no part of any revision, so its scenarios are not among these. */
export const serverRuns: readonly ExpectedRun[] = [
  { version: stable, revision: '2025-06-18', scenarios: 26, successes: 26, failures: [] },
  { version: stable, revision: '2025-11-25', scenarios: 32, successes: 46, failures: [] },
  { version: next, revision: '2025-03-26', scenarios: 1, successes: 3, failures: [] },
  { version: next, revision: '2025-06-18', scenarios: 27, successes: 56, failures: [] },
  { version: next, revision: '2025-11-25', scenarios: 33, successes: 83, failures: [] },
  { version: next, revision: '2026-07-28', scenarios: 40, successes: 152, failures: [] },
];

const retryTiming: ExpectedFailure = {
  scenario: 'sse-retry',
  check: 'client-sse-retry-timing',
  status: 'WARNING',
  reason: 'The client comes back when it was told to, but on a busy machine that may be more than 200 ms late.',
  sometimes: true,
};

const noHandshake: ExpectedFailure = {
  scenario: 'http-standard-headers',
  check: 'sep-2243-client-includes-standard-headers',
  status: 'SKIPPED',
  reason: 'The suite would look at the headers of initialize and notifications/initialized too, which 2026-07-28 does not have.',
};

/** Of a client. The scenarios for OAuth are left out: this is about the wire, and the flow is the official SDK's. */
export const clientRuns: readonly (ExpectedRun & { readonly scenarios: string })[] = [
  { version: next, revision: '2025-11-25', scenarios: 'initialize', successes: 1, failures: [] },
  { version: next, revision: '2025-11-25', scenarios: 'tools_call', successes: 2, failures: [] },
  { version: next, revision: '2025-11-25', scenarios: 'sse-retry', successes: 2, failures: [retryTiming] },
  { version: next, revision: '2025-11-25', scenarios: 'elicitation-sep1034-client-defaults', successes: 5, failures: [] },
  { version: next, revision: '2025-11-25', scenarios: 'json-schema-2020-12-preservation', successes: 9, failures: [] },
  { version: next, revision: '2026-07-28', scenarios: 'tools_call', successes: 2, failures: [] },
  { version: next, revision: '2026-07-28', scenarios: 'request-metadata', successes: 8, failures: [] },
  { version: next, revision: '2026-07-28', scenarios: 'http-standard-headers', successes: 9, failures: [noHandshake] },
  { version: next, revision: '2026-07-28', scenarios: 'http-custom-headers', successes: 18, failures: [] },
  { version: next, revision: '2026-07-28', scenarios: 'http-invalid-tool-headers', successes: 12, failures: [] },
  { version: next, revision: '2026-07-28', scenarios: 'sep-2322-client-request-state', successes: 5, failures: [] },
  { version: next, revision: '2026-07-28', scenarios: 'json-schema-ref-no-deref', successes: 1, failures: [] },
  { version: next, revision: '2026-07-28', scenarios: 'json-schema-2020-12-preservation', successes: 9, failures: [] },
];
