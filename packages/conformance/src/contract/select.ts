import { type ContractCase, missingAbilities } from './case.js';
import { transportContract } from './contract.js';
import type { Ability, TransportFixture } from './fixture.js';

/** Which cases apply to a transport, and why the others do not. Each case is in exactly one of the lists. */
export interface Selection {
  readonly applicable: readonly ContractCase[];
  readonly notApplicable: readonly { readonly case: ContractCase; readonly missing: readonly Ability[] }[];
}

/** Sorts the cases by whether the fixture has what they need, so that a runner reports the others as skipped, not passed. */
export function selectCases(fixture: TransportFixture, cases: readonly ContractCase[] = transportContract): Selection {
  const applicable: ContractCase[] = [];
  const notApplicable: { case: ContractCase; missing: Ability[] }[] = [];
  for (const contractCase of cases) {
    const missing = missingAbilities(contractCase.needs, fixture);
    if (missing.length === 0) applicable.push(contractCase);
    else notApplicable.push({ case: contractCase, missing });
  }
  return { applicable, notApplicable };
}
