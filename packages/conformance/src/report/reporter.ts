import type { Report } from '../report.js';

export interface ReporterOptions {
  /** Colours, where the format has them. */
  readonly color: boolean;
  /** Show passes and what does not apply one by one, and warnings as broken. */
  readonly strict: boolean;
}

/** Turns a report into a text of its format. */
export type Reporter = (report: Report, options: ReporterOptions) => string;
