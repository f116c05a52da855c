import type { TransportFixture } from '@mcpwire/conformance/contract';
import { createMemoryPair, type JsonRpcMessage, type Transport } from '@mcpwire/jsonrpc';
import { Forwarding } from './forwarding.js';

const maxQueuedBytes = 64 * 1024;
const maxWaitingSends = 4096;

/**
 * Two memory pairs joined by a relay, which is the medium: it can stall, break, and hand over raw bytes. Both ends are wrapped, by
 * default faultlessly, so every case applies.
 */
export function createRelayFixture(
  name: string,
  wrap: (inner: Transport) => Forwarding = (inner) => new Forwarding(inner),
): TransportFixture {
  return {
    name,
    abilities: ['push', 'ordered', 'linked', 'overflow', 'raw', 'stall', 'sever'],
    // The queues of both hops, and a message of 16 KiB in each pair of hands.
    maxInTransitBytes: 2 * maxQueuedBytes + 4 * 17 * 1024,
    maxWaitingSends,
    async connect() {
      const [a, left] = createMemoryPair({ maxQueuedBytes, maxWaitingSends });
      const [right, b] = createMemoryPair({ maxQueuedBytes, maxWaitingSends });
      const relay = new Relay(left, right);
      await relay.start();
      const sides = { a: wrap(a), b: wrap(b) };
      return {
        a: sides.a,
        accept: async () => sides.b,
        deliverRaw: async (to, payload) => sides[to].raw(payload),
        stall: async () => relay.stall(),
        sever: () => relay.close(),
        async dispose() {
          await relay.close();
          // The inner ones: a broken close is what some cases are about.
          await Promise.all([a.close(), b.close()]);
        },
      };
    },
  };
}

class Relay {
  readonly #left: Transport;
  readonly #right: Transport;
  #stalled = false;

  constructor(left: Transport, right: Transport) {
    this.#left = left;
    this.#right = right;
    left.onclose = () => void right.close();
    right.onclose = () => void left.close();
  }

  async start(): Promise<void> {
    await Promise.all([this.#left.start(), this.#right.start()]);
    this.#pass(this.#left, this.#right);
    this.#pass(this.#right, this.#left);
  }

  stall(): () => Promise<void> {
    this.#stalled = true;
    this.#left.onmessage = undefined;
    this.#right.onmessage = undefined;
    return async () => {
      this.#stalled = false;
      this.#pass(this.#left, this.#right);
      this.#pass(this.#right, this.#left);
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#left.close(), this.#right.close()]);
  }

  /** One message at a time: nothing is taken from one side before the other has accepted what came before. */
  #pass(from: Transport, to: Transport): void {
    const handler = (message: JsonRpcMessage): void => {
      from.onmessage = undefined;
      to.send(message).then(
        () => {
          if (!this.#stalled) from.onmessage = handler;
        },
        // The side is gone; its end is passed on by onclose.
        () => {},
      );
    };
    from.onmessage = handler;
  }
}
