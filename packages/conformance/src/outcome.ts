import type { Revision } from '@mcpwire/protocol';
import type { TransportKind } from './connection.js';
import type { Keyword } from './requirements/index.js';
import type { TranscriptEntry } from './transcript.js';
import type { Level, Verdict } from './verdict.js';

/** A requirement as reports cite it. */
export interface Citation {
  readonly id: string;
  readonly level: Level;
  /** The keyword as it stands there: a `must-not` is a `must`. */
  readonly keyword: Keyword;
  /** What it asks for, in our words. */
  readonly text: string;
  readonly page: string;
  readonly heading: string;
  readonly url: string;
}

/** What went over one of the connections that a check had. */
export interface Exchange {
  readonly entries: readonly TranscriptEntry[];
}

/** What one check came to, for one revision. */
export interface Outcome {
  readonly check: string;
  readonly title: string;
  readonly level: Level;
  readonly transport: TransportKind;
  readonly revision: Revision;
  readonly verdict: Verdict;
  readonly requirements: readonly Citation[];
  readonly durationMs: number;
  /** Why it is wrong, does not apply or can't be judged; a pass has none. */
  readonly reason?: string;
  readonly expected?: unknown;
  readonly received?: unknown;
  /** What to do about it. */
  readonly remedy?: string;
  /** The bytes that show it; a pass and what does not apply have none. */
  readonly exchanges?: readonly Exchange[];
  /** An expected failure, with the reason that its file gives. */
  readonly known?: string;
}
