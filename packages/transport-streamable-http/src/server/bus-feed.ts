import type { SubscriptionBus } from './bus.js';
import type { ChangeEvent } from './change-event.js';

type Unsubscribe = () => void | Promise<void>;

/** The one listener on a bus for all streams of a node: it is there while anybody has acquired it, and taken off with the last. */
export class BusFeed {
  readonly #bus: SubscriptionBus;
  readonly #listener: (event: ChangeEvent) => void;
  readonly #onerror: (error: Error) => void;
  #users = 0;
  #current: { live: boolean; unsubscribe?: Unsubscribe } | undefined;
  /** While the bus has not said yet that it listens. */
  #opening: Promise<void> | undefined;

  constructor(bus: SubscriptionBus, listener: (event: ChangeEvent) => void, onerror: (error: Error) => void) {
    this.#bus = bus;
    this.#listener = listener;
    this.#onerror = onerror;
  }

  /**
   * Listens, if nobody did. Whoever has acquired it releases it once; not if this fails.
   * @returns nothing where the bus listens already, or does at once
   * @throws what the bus does
   */
  acquire(): Promise<void> | undefined {
    this.#users++;
    if (!this.#current) {
      try {
        this.#opening = this.#listen();
      } catch (error) {
        this.#users--;
        throw error;
      }
    }
    return this.#opening?.catch((error: unknown) => {
      this.#users--;
      throw error;
    });
  }

  release(): void {
    this.#users--;
    if (this.#users > 0 || !this.#current || this.#opening) return;
    this.#stop();
  }

  #listen(): Promise<void> | undefined {
    // Each time anew: a bus may be slow to let go of the one before, and nobody must hear twice.
    const subscription: { live: boolean; unsubscribe?: Unsubscribe } = { live: true };
    const subscribed = this.#bus.subscribe((event) => {
      if (subscription.live) this.#listener(event);
    });
    this.#current = subscription;
    if (typeof subscribed === 'function') {
      subscription.unsubscribe = subscribed;
      return undefined;
    }
    return subscribed.then(
      (unsubscribe) => {
        subscription.unsubscribe = unsubscribe;
        this.#opening = undefined;
        // They may all have gone meanwhile.
        if (this.#users === 0) this.#stop();
      },
      (error: unknown) => {
        this.#current = undefined;
        this.#opening = undefined;
        throw error;
      },
    );
  }

  #stop(): void {
    const current = this.#current;
    if (!current) return;
    this.#current = undefined;
    current.live = false;
    const failed = (error: unknown): void => this.#onerror(error instanceof Error ? error : new Error(String(error)));
    try {
      const stopped = current.unsubscribe?.();
      if (stopped) stopped.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
