import { once } from 'node:events';
import type { EchoRequest } from '../../../load/echo-client.js';
import { createLineWriter, readLines } from '../../stdio/floor-wire.js';
import { createHandler } from './handle.js';

const write = createLineWriter(process.stdout);
const handle = createHandler((message) => {
  write(JSON.stringify(message));
  // Only the one-way flood looks at this: an echo never has more to send than it was asked for.
  return process.stdout.writableNeedDrain ? once(process.stdout, 'drain').then(() => {}) : undefined;
});
readLines(process.stdin, (line) => handle(JSON.parse(line) as EchoRequest));
