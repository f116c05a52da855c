import { parse } from '@mcpwire/jsonrpc';
import type { Bench } from 'tinybench';
import { createMessages, type MicroCase } from './messages.js';

/** One line to one checked message, beside JSON.parse alone. */
export function addParse(bench: Bench, { name, bytes, count }: MicroCase): void {
  const lines = createMessages(bytes, count).map((message) => JSON.stringify(message));
  bench.add(`parse ${count} × ${name}, parse()`, () => {
    for (const line of lines) parse(line);
  });
  bench.add(`parse ${count} × ${name}, JSON.parse`, () => {
    for (const line of lines) JSON.parse(line);
  });
}
