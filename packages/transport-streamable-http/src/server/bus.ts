import type { ChangeEvent } from './change-event.js';

type Unsubscribe = () => void | Promise<void>;

/**
 * Carries changes to every node that has `subscriptions/listen` streams open. A server behind a load balancer implements it over the
 * pub/sub that its nodes share; the events are plain JSON. The official SDK's `ServerEventBus` (v2) is one.
 *
 * - What was published after `subscribe` has returned, or its promise resolved, reaches the listener once, in the order of one publisher.
 * - The listener may be called at once or later, and does not throw. A listener that was taken off is not called any more.
 * - `unsubscribe` may be called more than once.
 */
export interface SubscriptionBus {
  /** Tells every listener, this node's as well. */
  publish(event: ChangeEvent): void | Promise<void>;
  /** @returns what takes the listener off again */
  subscribe(listener: (event: ChangeEvent) => void): Unsubscribe | Promise<Unsubscribe>;
}

/** A bus within one process. */
export interface MemoryBus extends SubscriptionBus {
  publish(event: ChangeEvent): void;
  subscribe(listener: (event: ChangeEvent) => void): () => void;
  /** Listeners at this moment. */
  readonly listeners: number;
}

export interface MemoryBusOptions {
  /** Told what a listener throws; the other listeners hear of the event all the same. Default: dropped. */
  onerror?: ((error: Error) => void) | undefined;
}

/** Makes a bus that reaches the listeners of this process, before `publish` returns. */
export function createMemoryBus(options: MemoryBusOptions = {}): MemoryBus {
  // Wrapped, so that one function may listen twice, and each of them be taken off by itself.
  const listeners = new Set<{ readonly listener: (event: ChangeEvent) => void }>();
  return {
    publish(event) {
      for (const { listener } of listeners) {
        try {
          listener(event);
        } catch (error) {
          options.onerror?.(error instanceof Error ? error : new Error(String(error)));
        }
      }
    },
    subscribe(listener) {
      const entry = { listener };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
    get listeners() {
      return listeners.size;
    },
  };
}
