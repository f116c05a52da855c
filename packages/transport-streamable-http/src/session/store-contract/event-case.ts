import type { EventStore } from '../event-store.js';
import { defineStoreCase, type StoreCase } from './case.js';

/** What an event store may have beside what it must: optional methods, and a limit that `createStore` takes. */
export type EventStoreAbility = 'deleteSession' | 'deleteStream' | 'getStreamIdForEventId' | 'maxEvents';

export interface EventStoreLimits {
  /** Past it the oldest events are dropped. */
  maxEvents?: number | undefined;
}

export type EventStoreCase = StoreCase<EventStore, EventStoreLimits, EventStoreAbility>;

export function defineCase(
  spec: { id: string; title: string; needs?: readonly EventStoreAbility[] },
  body: (create: (limits?: EventStoreLimits) => Promise<EventStore>) => Promise<void>,
): EventStoreCase {
  return defineStoreCase<EventStore, EventStoreLimits, EventStoreAbility>(spec, body);
}
