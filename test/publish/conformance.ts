import { type Check, checks, ensure, type Report, run, type Target } from '@mcpwire/conformance';
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

const own: Check = {
  id: 'mine/pings',
  level: 'must',
  title: 'It answers pings',
  spec: ['ping.answer'],
  transports: ['stdio'],
  revisions: ['2025-11-25'],
  remedy: 'Answer pings.',
  async run(context) {
    const session = await context.open();
    ensure('result' in (await session.request('ping')), 'it does not', { expected: {} });
  },
};
const target: Target = { transport: 'stdio', command: 'no-such-mcp-server' };
const report: Report | undefined = await run({ target, checks: [...checks, own] }).catch(() => undefined);
if (report) throw new Error('there is such a server');

console.log('works');
