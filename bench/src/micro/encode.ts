import { encode } from '@mcpwire/jsonrpc';
import type { Bench } from 'tinybench';
import { createMessages, type MicroCase } from './messages.js';

/** Newline framing, messages to lines. */
export function addEncode(bench: Bench, { name, bytes, count }: MicroCase): void {
  const messages = createMessages(bytes, count);
  bench.add(`encode ${count} × ${name}, encode()`, () => {
    for (const message of messages) encode(message);
  });
  bench.add(`encode ${count} × ${name}, JSON.stringify`, () => {
    for (const message of messages) `${JSON.stringify(message)}\n`;
  });
}
