import { findTarget } from '../targets/index.js';
import type { Framing } from '../targets/target.js';
import { createAnswer, framingCases, framingMetrics, passCount, toFramingMetrics } from './framing-messages.js';
import { repeatInProcess } from './in-process.js';
import type { Cell, Scenario, Session } from './scenario.js';

export const framingEncode: Scenario = {
  name: 'framing/encode',
  title: 'Encoding, in one process',
  about: 'Messages to the bytes that go on the wire, UTF-8 included. JSON.stringify is the greater part, and the same for all.',
  metrics: framingMetrics,
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1', 'vscode-jsonrpc'],
  reference: 'sdk-v2',
  pinned: true,
  cases: framingCases,
  open: async (cell) => {
    const framing = await findTarget(cell.target).framing?.();
    if (framing === undefined) throw new Error(`${cell.target} has no framing`);
    return openEncoding(cell, framing);
  },
};

async function openEncoding(cell: Cell, framing: Framing): Promise<Session> {
  const bytes = Number(cell.params.bytes);
  const count = passCount(bytes);
  const messages = Array.from({ length: count }, (_, id) => createAnswer(id, bytes));
  const first = await framing.encode(messages[0] as object);
  const body = Buffer.from(first).toString('utf8');
  if (!body.includes(JSON.stringify(messages[0]))) throw new Error(`${cell.target} does not encode the message it was given`);
  let wireBytes = 0;
  const pass = async (): Promise<void> => {
    wireBytes = 0;
    for (const message of messages) {
      const encoded = framing.encode(message);
      wireBytes += encoded instanceof Uint8Array ? encoded.length : (await encoded).length;
    }
  };
  return repeatInProcess(cell.timing, pass, (repeated) => toFramingMetrics(repeated, count, wireBytes));
}
