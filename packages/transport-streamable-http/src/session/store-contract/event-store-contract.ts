import type { EventStoreCase } from './event-case.js';
import { forgetCases } from './event-cases/forget.js';
import { idsCases } from './event-cases/ids.js';
import { limitsCases } from './event-cases/limits.js';
import { lookupCases } from './event-cases/lookup.js';
import { messagesCases } from './event-cases/messages.js';
import { replayCases } from './event-cases/replay.js';

/** What every event store must do. Leave out the cases that need what yours lacks. */
export const eventStoreContract: readonly EventStoreCase[] = Object.freeze([
  ...idsCases,
  ...replayCases,
  ...messagesCases,
  ...lookupCases,
  ...forgetCases,
  ...limitsCases,
]);
