import assert from 'node:assert/strict';
import { selectCases } from '@mcpwire/conformance/contract';
import { createMemoryPair } from '@mcpwire/jsonrpc';

const fixture = {
  name: 'memory',
  abilities: ['push', 'ordered', 'linked'],
  maxInTransitBytes: 256 * 1024,
  async connect() {
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

const { applicable } = selectCases(fixture);
assert.ok(applicable.length > 0);
for (const contractCase of applicable) await contractCase.run(fixture);

// A transport that says it sent and sends nothing must not pass.
const silent = {
  ...fixture,
  connect: async () => {
    const connection = await fixture.connect();
    connection.a.send = async () => {};
    return connection;
  },
};
const verdicts = await Promise.allSettled(applicable.map((contractCase) => contractCase.run(silent, { limitMs: 500 })));
assert.ok(verdicts.some(({ status, reason }) => status === 'rejected' && reason.name === 'ContractViolation'));

console.log('works');
