import type { TransportFixture } from '@mcpwire/conformance/contract';
import { createMemoryPair } from '@mcpwire/jsonrpc';

const maxQueuedBytes = 64 * 1024;

/** The memory pair of `@mcpwire/jsonrpc`, with small queues. */
export const memoryFixture: TransportFixture = {
  name: 'memory pair',
  abilities: ['push', 'ordered', 'linked', 'overflow'],
  // One message of 16 KiB may sit in the receiver's hands beside the full queue.
  maxInTransitBytes: maxQueuedBytes + 32 * 1024,
  maxWaitingSends: 4096,
  async connect() {
    const [a, b] = createMemoryPair({ maxQueuedBytes, maxWaitingSends: 4096 });
    return {
      a,
      accept: async () => b,
      async dispose() {
        await Promise.all([a.close(), b.close()]);
      },
    };
  },
};
