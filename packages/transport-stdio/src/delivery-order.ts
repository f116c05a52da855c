import type { JsonRpcMessage } from '@mcpwire/jsonrpc';

/**
 * Hands messages over in their order, and a response that comes right behind a notification a microtask later. The official SDK handles a
 * notification in a microtask and a response at once: without this the last progress before a result would be lost.
 */
export class DeliveryOrder {
  readonly #deliver: (message: JsonRpcMessage) => void;
  /** A notification has been handed over, and the microtasks have not run since. */
  #notified = false;
  /** Messages from `#heldFrom` on that wait for the microtasks to run. */
  #held: JsonRpcMessage[] | undefined;
  #heldFrom = 0;

  constructor(deliver: (message: JsonRpcMessage) => void) {
    this.#deliver = deliver;
  }

  take(message: JsonRpcMessage): void {
    if (this.#held !== undefined) {
      this.#held.push(message);
    } else if ('method' in message) {
      if (!('id' in message)) this.#note();
      this.#deliver(message);
    } else if (this.#notified) {
      this.#held = [message];
      queueMicrotask(() => this.#release());
    } else {
      this.#deliver(message);
    }
  }

  #note(): void {
    if (this.#notified) return;
    this.#notified = true;
    queueMicrotask(() => {
      this.#notified = false;
    });
  }

  /** Hands over what is held, up to the next response that has to wait for a notification before it. */
  #release(): void {
    const held = this.#held as JsonRpcMessage[];
    this.#notified = false;
    for (let next = held[this.#heldFrom]; next !== undefined; next = held[++this.#heldFrom]) {
      if ('method' in next) {
        if (!('id' in next)) this.#note();
      } else if (this.#notified) {
        queueMicrotask(() => this.#release());
        return;
      }
      this.#deliver(next);
    }
    this.#held = undefined;
    this.#heldFrom = 0;
  }
}
