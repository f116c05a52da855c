import type { ContractCase } from './case.js';
import { backPressure } from './cases/back-pressure.js';
import { cancellation } from './cases/cancellation.js';
import { closing } from './cases/closing.js';
import { content } from './cases/content.js';
import { failures } from './cases/failures.js';
import { garbageIn } from './cases/garbage.js';
import { lifeCycle } from './cases/life-cycle.js';
import { order } from './cases/order.js';
import { peerGone } from './cases/peer-gone.js';
import { waiting } from './cases/waiting.js';

/** Every promise of the `Transport` interface of `@mcpwire/jsonrpc`, as cases that any test runner can run. */
export const transportContract: readonly ContractCase[] = Object.freeze([
  ...lifeCycle,
  ...closing,
  ...order,
  ...content,
  ...waiting,
  ...cancellation,
  ...backPressure,
  ...peerGone,
  ...garbageIn,
  ...failures,
]);
