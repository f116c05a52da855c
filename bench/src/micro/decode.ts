import { NdjsonDecoder } from '@mcpwire/jsonrpc';
import type { Bench } from 'tinybench';
import { createLineFeed } from '../targets/stdio/floor-wire.js';
import { createChunks, type MicroCase } from './messages.js';

/** Newline framing, bytes to messages: this project's decoder beside the hand-written floor. */
export function addDecode(bench: Bench, { name, bytes, count }: MicroCase): void {
  const chunks = createChunks(bytes, count);
  let messages = 0;
  const decoder = new NdjsonDecoder({
    onmessage: () => messages++,
    onerror: (error) => {
      throw error;
    },
  });
  bench.add(`decode ${count} × ${name}, NdjsonDecoder`, () => {
    for (const chunk of chunks) decoder.feed(chunk);
  });
  const feed = createLineFeed((line) => {
    JSON.parse(line);
    messages++;
  });
  bench.add(`decode ${count} × ${name}, floor`, () => {
    for (const chunk of chunks) feed(chunk);
  });
}
