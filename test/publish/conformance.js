import assert from 'node:assert/strict';
import process from 'node:process';
import { exitCodeOf, run, Unreachable } from '@mcpwire/conformance';
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

// A server that answers pings with too much, and is otherwise right as far as it goes.
const server = `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  const result = method === 'initialize'
    ? { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo: { name: 's', version: '1' } }
    : { pong: true };
  if (id !== undefined && method !== 'server/discover') console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
})`;
const target = { transport: 'stdio', command: process.execPath, args: ['-e', server] };
const report = await run({ target, revisions: ['2025-11-25'], only: ['jsonrpc/ping', 'lifecycle/initialize-result'] });
assert.deepEqual(
  report.outcomes.map(({ check, verdict }) => `${check} ${verdict}`),
  ['lifecycle/initialize-result pass', 'jsonrpc/ping fail'],
);
assert.match(report.outcomes[1].requirements[0].url, /^https:\/\/modelcontextprotocol\.io\/specification\/2025-11-25\//);
assert.equal(exitCodeOf(report), 1);
await assert.rejects(run({ target: { transport: 'stdio', command: 'no-such-mcp-server' } }), Unreachable);

console.log('works');
