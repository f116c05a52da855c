import { isRevision, REVISIONS } from '@mcpwire/protocol';
import { parse } from 'yaml';
import type { Outcome } from './outcome.js';

/** A failure that is known and accepted for now. */
export interface ExpectedFailure {
  /** The check's id. */
  readonly check: string;
  /** Only in this revision; in each without it. */
  readonly revision?: string;
  /** Why it is accepted. */
  readonly reason: string;
}

/** A file of expected failures that can't be read; `message` says where and what. */
export class BaselineError extends Error {
  override readonly name = 'BaselineError';
}

/**
 * Reads a YAML list of expected failures, each with `check`, `reason` and, if it is not for all of them, `revision`.
 *
 * @throws BaselineError for anything else: a misspelt entry must not go unnoticed.
 */
export function parseExpectedFailures(text: string, knownChecks: readonly string[]): ExpectedFailure[] {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new BaselineError(`expected failures: not YAML: ${(error as Error).message}`);
  }
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new BaselineError('expected failures: the file must be a list of entries with "check" and "reason"');
  return value.map((entry: unknown, index) => {
    const where = `expected failures: entry ${index + 1}`;
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
      throw new BaselineError(`${where} must have "check" and "reason"`);
    const { check, revision, reason, ...rest } = entry as Record<string, unknown>;
    const [extra] = Object.keys(rest);
    if (extra !== undefined) throw new BaselineError(`${where} has "${extra}", which means nothing; there are check, revision, reason`);
    if (typeof check !== 'string' || !knownChecks.includes(check))
      throw new BaselineError(`${where}: there is no check ${JSON.stringify(check)}`);
    if (typeof reason !== 'string' || reason.trim() === '') throw new BaselineError(`${where} (${check}) needs a reason`);
    if (revision === undefined) return { check, reason };
    // YAML reads an unquoted date as text with this library's default schema; others write it as a date.
    if (typeof revision !== 'string' || !isRevision(revision))
      throw new BaselineError(`${where} (${check}): there is no revision ${JSON.stringify(revision)}; there are ${REVISIONS.join(', ')}`);
    return { check, revision, reason };
  });
}

/** Marks the outcomes that were expected, and finds the entries that nothing matches any more although their check ran. */
export function applyBaseline(
  outcomes: readonly Outcome[],
  expected: readonly ExpectedFailure[],
): { outcomes: Outcome[]; stale: ExpectedFailure[] } {
  const matches = (entry: ExpectedFailure, outcome: Outcome): boolean =>
    entry.check === outcome.check && (entry.revision === undefined || entry.revision === outcome.revision);
  const isBroken = ({ verdict }: Outcome): boolean => verdict === 'fail' || verdict === 'warn';
  const marked = outcomes.map((outcome) => {
    const entry = isBroken(outcome) ? expected.find((each) => matches(each, outcome)) : undefined;
    return entry ? { ...outcome, known: entry.reason } : outcome;
  });
  const stale = expected.filter((entry) => {
    const judged = outcomes.filter((outcome) => matches(entry, outcome) && outcome.verdict !== 'inconclusive');
    return judged.length > 0 && !judged.some(isBroken);
  });
  return { outcomes: marked, stale };
}
