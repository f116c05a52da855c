import type { Reporter } from './reporter.js';

/** The report as it is, for programs. `schemaVersion` says what its members mean. */
export const jsonReporter: Reporter = (report) => `${JSON.stringify(report, undefined, 2)}\n`;
