import type { Connection, ContractCase, TransportFixture } from '@mcpwire/conformance/contract';
import { ContractViolation, transportContract } from '@mcpwire/conformance/contract';
import { createMemoryPair } from '@mcpwire/jsonrpc';

const fixture: TransportFixture = {
  name: 'memory',
  abilities: ['push', 'ordered', 'linked'],
  maxInTransitBytes: 256 * 1024,
  async connect(): Promise<Connection> {
    const [a, b] = createMemoryPair({ maxQueuedBytes: 64 * 1024 });
    return {
      a,
      accept: async () => b,
      dispose: async () => {
        await Promise.all([a.close(), b.close()]);
      },
    };
  },
};

const cases: readonly ContractCase[] = transportContract;
const one = cases.find(({ needs }) => needs.length === 0);
if (!one) throw new Error('no case without needs');
await one.run(fixture).catch((error: unknown) => {
  if (error instanceof ContractViolation) console.error(`${error.caseId}: ${error.sentence}`);
  throw error;
});

console.log('works');
