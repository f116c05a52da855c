import { ensure, notApplicable } from '../../expect.js';
import type { ClientFacts } from '../client-check.js';
import type { Heard, Observation } from '../observation.js';
import { isObject } from '../observation.js';

/** What needs a client that does what the steps say. */
export function needsSteps(facts: ClientFacts): void {
  if (!facts.follows) notApplicable('the client does not follow MCP_CONFORMANCE_STEPS: it called no tool');
}

/** What needs a client whose exit code says how the steps came out. */
export function needsExitCode(facts: ClientFacts): void {
  if (!facts.tells) notApplicable("the client's exit code does not say whether its steps came out as expected");
}

/** A breach unless every step of the scene came out as expected; the exit code says so. */
export function allWentWell(seen: Observation, facts: ClientFacts, why: string): void {
  needsExitCode(facts);
  ensure(seen.exit?.code === 0, why, {
    expected: 'the exit code 0, as when nothing is out of order',
    received: seen.exit ? `the exit code ${seen.exit.code}` : 'a client that waited until it was ended',
  });
}

/** The calls of a tool. */
export function callsOf(seen: Observation, name?: string): Heard[] {
  return seen.asked('tools/call').filter(({ message }) => name === undefined || (isObject(message.params) && message.params.name === name));
}

/** The first, or what the check does not apply without. */
export function firstOf<T>(all: readonly T[], otherwise: string): T {
  const [first] = all;
  if (first === undefined) return notApplicable(otherwise);
  return first;
}
