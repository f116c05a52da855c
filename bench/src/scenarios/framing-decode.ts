import { findTarget } from '../targets/index.js';
import type { Framing } from '../targets/target.js';
import { createAnswer, framingCases, framingMetrics, passCount, toFramingMetrics } from './framing-messages.js';
import { repeatInProcess } from './in-process.js';
import type { Cell, Scenario, Session } from './scenario.js';

/** What a read from a pipe usually brings in Node. */
const chunkBytes = 65_536;

export const framingDecode: Scenario = {
  name: 'framing/decode',
  title: 'Decoding, in one process',
  about: `Bytes to messages, in chunks of 64 KiB as a pipe delivers them. Each target decodes its own framing: vscode-jsonrpc puts a Content-Length header before each message where the others put a newline behind it.`,
  metrics: framingMetrics,
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1', 'vscode-jsonrpc'],
  reference: 'sdk-v2',
  pinned: true,
  cases: framingCases,
  open: async (cell) => {
    const framing = await findTarget(cell.target).framing?.();
    if (framing === undefined) throw new Error(`${cell.target} has no framing`);
    return openDecoding(cell, framing);
  },
};

async function openDecoding(cell: Cell, framing: Framing): Promise<Session> {
  const bytes = Number(cell.params.bytes);
  const count = passCount(bytes);
  const chunks = await createChunks(framing, bytes, count);
  const wireBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);

  let received = 0;
  let settle: { resolve: () => void; reject: (error: Error) => void };
  const decoder = framing.createDecoder(
    (message) => {
      const { id, result } = message as ReturnType<typeof createAnswer>;
      if (id !== received || result.text.length !== bytes) return settle.reject(new Error(`message ${received} was decoded wrongly`));
      received++;
      if (received === count) settle.resolve();
    },
    (error) => settle.reject(error),
  );
  const pass = (): Promise<void> =>
    new Promise((resolve, reject) => {
      received = 0;
      settle = { resolve, reject };
      for (const chunk of chunks) decoder.feed(chunk);
    });
  return repeatInProcess(cell.timing, pass, (repeated) => toFramingMetrics(repeated, count, wireBytes));
}

async function createChunks(framing: Framing, bytes: number, count: number): Promise<Buffer[]> {
  const encoded: Uint8Array[] = [];
  for (let id = 0; id < count; id++) encoded.push(await framing.encode(createAnswer(id, bytes)));
  const stream = Buffer.concat(encoded);
  const chunks: Buffer[] = [];
  // Each chunk has memory of its own, as those of a socket do.
  for (let from = 0; from < stream.length; from += chunkBytes) chunks.push(Buffer.from(stream.subarray(from, from + chunkBytes)));
  return chunks;
}
