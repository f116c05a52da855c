import type { Transcript } from './transcript.js';

/** What a check comes to. Only `fail` and `warn` say that the server broke something; only `pass` says that it did not. */
export type Verdict = 'pass' | 'fail' | 'warn' | 'not-applicable' | 'inconclusive';

/** In the order in which reports list them. */
export const VERDICTS: readonly Verdict[] = ['fail', 'warn', 'inconclusive', 'not-applicable', 'pass'];

/** What a requirement's keyword amounts to: MUST and MUST NOT, SHOULD and SHOULD NOT, MAY. */
export type Level = 'must' | 'should' | 'may';

export const LEVELS: readonly Level[] = ['must', 'should', 'may'];

/** What backs a breach. Values are shown as JSON; texts as they are. */
export interface Evidence {
  /** What the specification asks for here. */
  readonly expected?: unknown;
  /** What came instead. */
  readonly received?: unknown;
  /** What the server's author can do; the check's own remedy without it. */
  readonly remedy?: string;
  /** `should` makes a warning of a breach within a check that is otherwise about a MUST. */
  readonly level?: Level;
  /** Where the bytes are, if on another connection than the check's own. */
  readonly at?: { readonly transcript: Transcript; readonly position: number };
}

/** The server broke a requirement: `message` says why it is wrong, as a sentence. */
export class Breach extends Error {
  override readonly name = 'Breach';
  readonly evidence: Evidence;

  constructor(message: string, evidence: Evidence = {}) {
    super(message);
    this.evidence = evidence;
  }
}

/** The check does not concern this server: `message` says why, as a sentence. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}

/** The check could not be judged: `message` says why, as a sentence. */
export class Inconclusive extends Error {
  override readonly name = 'Inconclusive';
}
