/*
 * What event stores, session stores and subscription buses must do, as data: run each case in your own test runner over your own.
 */
export { type BusContractCase, type BusFixture, busContract, type JoinedBuses } from './server/bus-contract.js';
export type { CreateStore, StoreCase, StoreRunOptions } from './session/store-contract/case.js';
export type { EventStoreAbility, EventStoreCase, EventStoreLimits } from './session/store-contract/event-case.js';
export { eventStoreContract } from './session/store-contract/event-store-contract.js';
export {
  type SessionStoreAbility,
  type SessionStoreCase,
  type SessionStoreLimits,
  sessionStoreContract,
} from './session/store-contract/session-store-contract.js';
export { StoreContractViolation } from './session/store-contract/violation.js';
