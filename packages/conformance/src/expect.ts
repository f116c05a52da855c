import { Breach, type Evidence, Inconclusive, NotApplicable } from './verdict.js';

/** The server broke what the check is about. `why` is a sentence. */
export function breach(why: string, evidence?: Evidence): never {
  throw new Breach(why, evidence);
}

/** A breach unless `condition` holds. */
export function ensure(condition: boolean, why: string, evidence?: Evidence): asserts condition {
  if (!condition) throw new Breach(why, evidence);
}

/** The check does not concern this server. `why` is a sentence. */
export function notApplicable(why: string): never {
  throw new NotApplicable(why);
}

/** Nothing can be said. `why` is a sentence. */
export function inconclusive(why: string): never {
  throw new Inconclusive(why);
}
