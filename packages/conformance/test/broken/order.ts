import type { JsonRpcMessage, MessageContext } from '@mcpwire/jsonrpc';
import type { BrokenTransport } from './broken-transport.js';
import { Forwarding } from './forwarding.js';

class DropsOne extends Forwarding {
  #count = 0;
  protected override message(message: JsonRpcMessage, context?: MessageContext): void {
    if (++this.#count !== 100) super.message(message, context);
  }
}

class RepeatsOne extends Forwarding {
  #count = 0;
  protected override message(message: JsonRpcMessage, context?: MessageContext): void {
    super.message(message, context);
    if (++this.#count === 100) super.message(structuredClone(message), context);
  }
}

class SwapsNeighbours extends Forwarding {
  #count = 0;
  #held: JsonRpcMessage | undefined;
  protected override message(message: JsonRpcMessage, context?: MessageContext): void {
    if (++this.#count === 100) {
      this.#held = message;
      return;
    }
    super.message(message, context);
    if (this.#held) super.message(this.#held, context);
    this.#held = undefined;
  }
}

class SwapsUnderLoad extends Forwarding {
  #last: JsonRpcMessage | undefined;
  protected override message(message: JsonRpcMessage, context?: MessageContext): void {
    // Messages of one tick leave in the reverse order of pairs; a lone message is not affected.
    if (this.#last) {
      super.message(message, context);
      super.message(this.#last, context);
      this.#last = undefined;
      return;
    }
    this.#last = message;
    setTimeout(() => {
      if (this.#last === message) {
        this.#last = undefined;
        super.message(message, context);
      }
    }, 0);
  }
}

class HandlesLongOnesApart extends Forwarding {
  protected override message(message: JsonRpcMessage, context?: MessageContext): void {
    if (JSON.stringify(message).length > 100_000) setTimeout(() => super.message(message, context), 2);
    else super.message(message, context);
  }
}

export const order: readonly BrokenTransport[] = [
  {
    fault: 'drops a message',
    wrap: (inner) => new DropsOne(inner),
    caughtBy: {
      'order/exactly-once': /in vain for b to receive 300 messages/,
      'order/pipelined': /in vain for b to receive 2000 messages/,
    },
  },
  {
    fault: 'delivers a message twice',
    wrap: (inner) => new RepeatsOne(inner),
    caughtBy: {
      'order/exactly-once': /did not receive every message exactly once/,
      'order/awaited': /out of order/,
      'order/pipelined': /out of order/,
    },
  },
  {
    fault: 'swaps two messages',
    wrap: (inner) => new SwapsNeighbours(inner),
    caughtBy: { 'order/awaited': /received awaited messages out of order/, 'order/pipelined': /received pipelined messages out of order/ },
  },
  {
    fault: 'swaps messages that come close together',
    wrap: (inner) => new SwapsUnderLoad(inner),
    caughtBy: { 'order/pipelined': /received pipelined messages out of order/ },
  },
  {
    fault: 'lets short messages overtake long ones',
    wrap: (inner) => new HandlesLongOnesApart(inner),
    caughtBy: { 'order/sizes': /messages of different sizes out of order/ },
  },
];
