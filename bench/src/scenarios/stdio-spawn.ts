import { createText } from '../load/text.js';
import { driveWindowed } from '../load/windowed.js';
import { createLatencies } from '../measure/latencies.js';
import { findTarget } from '../targets/index.js';
import { programOf, toServerCommand } from '../targets/server-command.js';
import type { Scenario, Session } from './scenario.js';

export const stdioSpawn: Scenario = {
  name: 'stdio/spawn',
  title: 'Spawn to first answer',
  about:
    'The client starts the server process and sends one request; the clock stops at its answer. Starting Node itself is the greater part, and the same for all.',
  metrics: [{ key: 'spawnMs', label: 'spawn to first answer', unit: 'ms', better: 'lower', compare: true }],
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'],
  reference: 'sdk-v2',
  // Node starts on several threads; keeping it to one core would measure something nobody does.
  pinned: false,
  cases: (profile) => {
    const one = { params: { bytes: 100 }, rounds: 9, estimatedRoundMs: 160 };
    return [profile === 'quick' ? { ...one, rounds: 5, targets: ['floor', 'mcpwire', 'sdk-v2'] } : one];
  },
  open: async (cell) => createSpawnSession(cell.target, Number(cell.params.bytes)),
};

async function createSpawnSession(name: string, bytes: number): Promise<Session> {
  const target = findTarget(name);
  const { connect } = target;
  if (connect === undefined) throw new Error(`${name} has no client`);
  const server = toServerCommand(programOf(target));
  const text = createText(bytes);
  const latencies = await createLatencies();
  const once = async (): Promise<number> => {
    const startedAt = performance.now();
    const client = await connect(server);
    try {
      await driveWindowed(client, { count: 1, window: 1, text, sampleShift: 0, latencies });
      return performance.now() - startedAt;
    } finally {
      await client.close();
    }
  };
  // The first spawn also loads this side's modules: it shows that the target works, and counts for nothing.
  await once();
  return { warmUp: async () => {}, round: async () => ({ metrics: { spawnMs: await once() } }), close: async () => {} };
}
