import { createText } from '../load/text.js';

/** Messages of one size, `count` of them in each pass. */
export interface MicroCase {
  readonly name: string;
  readonly bytes: number;
  readonly count: number;
}

export const microCases: readonly MicroCase[] = [
  { name: '100 B', bytes: 100, count: 1000 },
  { name: '10 KiB', bytes: 10_240, count: 20 },
  { name: '1 MiB', bytes: 1_048_576, count: 1 },
];

/** Answers with a text of `bytes` bytes. */
export function createMessages(bytes: number, count: number): Array<{ jsonrpc: '2.0'; id: number; result: { text: string } }> {
  return Array.from({ length: count }, (_, id) => ({ jsonrpc: '2.0', id, result: { text: createText(bytes) } }));
}

/** The same as lines, cut every 64 KiB as a pipe delivers them. */
export function createChunks(bytes: number, count: number): readonly Buffer[] {
  const stream = Buffer.from(
    createMessages(bytes, count)
      .map((message) => `${JSON.stringify(message)}\n`)
      .join(''),
  );
  return Array.from({ length: Math.ceil(stream.length / 65_536) }, (_, i) => Buffer.from(stream.subarray(i * 65_536, (i + 1) * 65_536)));
}
