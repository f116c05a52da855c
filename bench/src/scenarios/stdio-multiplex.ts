import type { EchoClient, EchoMessage } from '../load/echo-client.js';
import { findTarget } from '../targets/index.js';
import { programOf, toServerCommand } from '../targets/server-command.js';
import type { RoundResult, Scenario } from './scenario.js';

const stepMs = 1;

export const stdioMultiplex: Scenario = {
  name: 'stdio/multiplex',
  title: 'Requests that overtake each other',
  about: `All requests are in flight at once over one pair of pipes, and the server answers the last one first, ${stepMs} ms apart. One after another they would take the sum of their delays.`,
  metrics: [
    { key: 'outOfOrderAnswers', label: 'answered out of order', unit: '', better: 'higher' },
    { key: 'inFlight', label: 'in flight', unit: '', better: 'higher' },
    { key: 'wallMs', label: 'took', unit: 'ms', better: 'lower' },
    { key: 'sumOfDelaysMs', label: 'sum of delays', unit: 'ms', better: 'higher' },
  ],
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'],
  reference: 'sdk-v2',
  pinned: false,
  cases: (profile) => {
    const one = { params: { requests: 64 }, estimatedRoundMs: 100, rounds: 2 };
    return [profile === 'quick' ? { ...one, targets: ['floor', 'mcpwire'] } : one];
  },
  open: async (cell) => {
    const target = findTarget(cell.target);
    if (target.connect === undefined) throw new Error(`${target.name} has no client`);
    const client = await target.connect(toServerCommand(programOf(target)));
    return { warmUp: async () => {}, round: () => overtake(client, Number(cell.params.requests)), close: () => client.close() };
  },
};

function overtake(client: EchoClient, requests: number): Promise<RoundResult> {
  return new Promise((resolve, reject) => {
    const waiting = new Set<number>();
    let outOfOrderAnswers = 0;
    let sumOfDelaysMs = 0;
    const startedAt = performance.now();
    client.onfault = reject;
    client.onmessage = (message: EchoMessage) => {
      const id = message.id as number;
      if (!waiting.delete(id)) return reject(new Error(`request ${String(id)} was answered twice, or never sent`));
      if (message.result?.text !== String(id)) return reject(new Error(`request ${id} got the answer of another`));
      for (const earlier of waiting) {
        if (earlier < id) {
          outOfOrderAnswers++;
          break;
        }
      }
      if (waiting.size === 0)
        resolve({ metrics: { outOfOrderAnswers, inFlight: requests, wallMs: performance.now() - startedAt, sumOfDelaysMs } });
    };
    for (let id = 0; id < requests; id++) {
      const delayMs = (requests - id) * stepMs;
      sumOfDelaysMs += delayMs;
      waiting.add(id);
      client.send({ jsonrpc: '2.0', id, method: 'echo_later', params: { text: String(id), delayMs } });
    }
  });
}
