export type { ContractCase, RunOptions } from './case.js';
export { transportContract } from './contract.js';
export type { Ability, Connection, TransportFixture } from './fixture.js';
export { type Selection, selectCases } from './select.js';
export { ContractViolation } from './violation.js';
