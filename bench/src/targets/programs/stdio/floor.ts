import { once } from 'node:events';
import type { EchoRequest } from '../../../load/echo-client.js';
import { createLineWriter, readLines } from '../../stdio/floor-wire.js';
import { createHandler } from './handle.js';

const write = createLineWriter(process.stdout);
/** One for all that wait for room: an open loop goes on sending meanwhile. */
let drained: Promise<void> | undefined;
const handle = createHandler((message) => {
  write(JSON.stringify(message));
  // Only the one-way flood looks at this: an echo never has more to send than it was asked for.
  if (!process.stdout.writableNeedDrain) return undefined;
  drained ??= once(process.stdout, 'drain').then(() => {
    drained = undefined;
  });
  return drained;
});
readLines(process.stdin, (line) => handle(JSON.parse(line) as EchoRequest));
