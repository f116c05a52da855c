import type { Revision } from '@mcpwire/protocol';
import picomatch from 'picomatch';
import type { Check } from './check.js';
import type { TransportKind } from './connection.js';
import { RunError } from './run-error.js';
import { LEVELS, type Level } from './verdict.js';

/** What every check has, of servers or of clients. */
export type Selectable = Pick<Check, 'id' | 'level' | 'title' | 'transports' | 'revisions'>;

export interface SelectOptions {
  /** Globs over ids: only these. `stdio/*`, `**\/framing*`. */
  readonly only?: readonly string[] | undefined;
  /** Globs over ids: not these. */
  readonly skip?: readonly string[] | undefined;
  /** `must`: MUSTs only; `should`: SHOULDs too; `may` (the default): all. */
  readonly level?: Level | undefined;
  readonly transport?: TransportKind | undefined;
  readonly revision?: Revision | undefined;
}

/** The checks that the options leave, in their order. A glob that is an area's name takes all of it. */
export function selectChecks<C extends Selectable>(checks: readonly C[], options: SelectOptions): C[] {
  const only = createMatcher(options.only);
  const skip = createMatcher(options.skip);
  const worst = LEVELS.indexOf(options.level ?? 'may');
  return checks.filter(
    ({ id, level, transports, revisions }) =>
      (only?.(id) ?? true) &&
      !skip?.(id) &&
      LEVELS.indexOf(level) <= worst &&
      (options.transport === undefined || transports.includes(options.transport)) &&
      (options.revision === undefined || revisions.includes(options.revision)),
  );
}

/**
 * The revisions to judge: those that are asked for, each once, or all that are supported.
 *
 * @throws RunError when one that is asked for is not supported.
 */
export function selectRevisions(
  who: 'server' | 'client',
  supported: readonly Revision[],
  asked: readonly Revision[] | undefined,
): readonly Revision[] {
  if (asked === undefined || asked.length === 0) return supported;
  const lacking = asked.filter((revision) => !supported.includes(revision));
  if (lacking.length > 0) throw new RunError(`the ${who} does not support ${lacking.join(', ')}; it supports ${supported.join(', ')}`);
  return [...new Set(asked)];
}

function createMatcher(globs: readonly string[] | undefined): ((id: string) => boolean) | undefined {
  if (!globs || globs.length === 0) return undefined;
  return picomatch(globs.flatMap((glob) => (/[*?{[(!/]/.test(glob) ? [glob] : [glob, `${glob}/**`])));
}
