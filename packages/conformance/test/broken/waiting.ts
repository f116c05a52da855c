import type { CloseReason, JsonRpcMessage, MessageContext, Transport } from '@mcpwire/jsonrpc';
import type { BrokenTransport } from './broken-transport.js';
import { Forwarding } from './forwarding.js';

/** A transport that reads from the start, whether somebody listens or not. */
class Eager extends Forwarding {
  constructor(inner: Transport) {
    super(inner);
    inner.onmessage = (message, context) => this.message(message, context);
  }
  protected override listen(_handler: Transport['onmessage']): void {}
}

class HoldsUntilTheFirstHandler extends Eager {
  #held: JsonRpcMessage[] | undefined = [];
  protected override listen(handler: Transport['onmessage']): void {
    const held = this.#held;
    if (!handler || !held) return;
    this.#held = undefined;
    for (const message of held) super.message(message);
  }
  protected override message(message: JsonRpcMessage, context?: MessageContext): void {
    if (this.#held) this.#held.push(message);
    else super.message(message, context);
  }
}

class LetsLaterOnesOvertake extends Eager {
  #held: JsonRpcMessage[] = [];
  protected override listen(handler: Transport['onmessage']): void {
    if (handler && this.#held.length > 0)
      setTimeout(() => {
        for (const message of this.#held.splice(0)) super.message(message);
      }, 10);
  }
  protected override message(message: JsonRpcMessage, context?: MessageContext): void {
    if (this.onmessage) super.message(message, context);
    else this.#held.push(message);
  }
}

class EmptiesItselfIntoOneHandler extends Eager {
  #held: JsonRpcMessage[] = [];
  protected override listen(handler: Transport['onmessage']): void {
    if (handler)
      queueMicrotask(() => {
        for (const message of this.#held.splice(0)) handler(message);
      });
  }
  protected override message(message: JsonRpcMessage, context?: MessageContext): void {
    if (this.onmessage) super.message(message, context);
    else this.#held.push(message);
  }
}

class KeepsTheFirstHandler extends Forwarding {
  #first: Transport['onmessage'];
  protected override listen(handler: Transport['onmessage']): void {
    this.#first ??= handler;
    super.listen(handler);
  }
  protected override message(message: JsonRpcMessage, context?: MessageContext): void {
    this.#first?.(message, context);
  }
}

class DiscardsWhatWaitsWhenThePeerCloses extends Eager {
  #held: JsonRpcMessage[] = [];
  protected override listen(handler: Transport['onmessage']): void {
    if (handler) for (const message of this.#held.splice(0)) super.message(message);
  }
  protected override message(message: JsonRpcMessage, context?: MessageContext): void {
    if (this.onmessage) super.message(message, context);
    else this.#held.push(message);
  }
  protected override ended(reason: CloseReason | undefined): void {
    this.#held = [];
    super.ended(reason);
  }
}

export const waiting: readonly BrokenTransport[] = [
  {
    fault: 'drops messages while nobody listens',
    wrap: (inner) => new Eager(inner),
    caughtBy: { 'waiting/before-onmessage': /in vain for b to receive 20 messages/ },
  },
  {
    fault: 'holds messages only until onmessage is set for the first time',
    wrap: (inner) => new HoldsUntilTheFirstHandler(inner),
    caughtBy: { 'waiting/unset-midway': /in vain for b to receive 20 messages/ },
  },
  {
    fault: 'lets later messages overtake those that waited for onmessage',
    wrap: (inner) => new LetsLaterOnesOvertake(inner),
    caughtBy: { 'waiting/unset-midway': /out of order/ },
  },
  {
    fault: 'empties what waited into a handler that has unset itself',
    wrap: (inner) => new EmptiesItselfIntoOneHandler(inner),
    caughtBy: { 'waiting/unset-inside': /handed messages to an onmessage that had unset itself/ },
  },
  {
    fault: 'keeps the first onmessage for ever',
    wrap: (inner) => new KeepsTheFirstHandler(inner),
    caughtBy: { 'waiting/replaced': /handed messages to an onmessage that had been replaced/ },
  },
  {
    fault: 'discards what waits for onmessage when the other side closes',
    wrap: (inner) => new DiscardsWhatWaitsWhenThePeerCloses(inner),
    caughtBy: { 'waiting/closed-meanwhile': /in vain for b to receive 20 messages that waited while a closed/ },
  },
];
