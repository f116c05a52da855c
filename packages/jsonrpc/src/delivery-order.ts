import type { JsonRpcMessage } from './message.js';
import type { MessageContext } from './transport.js';

/**
 * Hands messages over in their order, and a response that comes right behind a notification a microtask later. The official SDK handles a
 * notification in a microtask and a response at once: without this the last progress before a result would be lost.
 *
 * Costs one microtask for each run of notifications; a response is held, and a list made, only behind one of those.
 */
export class DeliveryOrder {
  readonly #deliver: (message: JsonRpcMessage, context?: MessageContext) => void;
  /** A notification has been handed over, and the microtasks have not run since. */
  #notified = false;
  /** Messages from `#heldFrom` on that wait for the microtasks to run. */
  #held: Array<[JsonRpcMessage, MessageContext | undefined]> | undefined;
  #heldFrom = 0;

  constructor(deliver: (message: JsonRpcMessage, context?: MessageContext) => void) {
    this.#deliver = deliver;
  }

  /** A message has arrived. Calls `deliver` for it, now or in a microtask. */
  take(message: JsonRpcMessage, context?: MessageContext): void {
    if (this.#held !== undefined) {
      this.#held.push([message, context]);
    } else if ('method' in message) {
      if (!('id' in message)) this.#note();
      this.#deliver(message, context);
    } else if (this.#notified) {
      this.#held = [[message, context]];
      queueMicrotask(() => this.#release());
    } else {
      this.#deliver(message, context);
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
    const held = this.#held as Array<[JsonRpcMessage, MessageContext | undefined]>;
    this.#notified = false;
    for (let next = held[this.#heldFrom]; next !== undefined; next = held[++this.#heldFrom]) {
      const [message, context] = next;
      if ('method' in message) {
        if (!('id' in message)) this.#note();
      } else if (this.#notified) {
        queueMicrotask(() => this.#release());
        return;
      }
      this.#deliver(message, context);
    }
    this.#held = undefined;
    this.#heldFrom = 0;
  }
}
