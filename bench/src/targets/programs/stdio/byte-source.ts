// Writes prepared lines to standard output as fast as they are taken: `{"lineBytes":…,"count":…}` on a line asks for a burst.
import { once } from 'node:events';
import { readLines } from '../../stdio/floor-wire.js';

readLines(process.stdin, (line) => {
  const { lineBytes, count } = JSON.parse(line) as { lineBytes: number; count: number };
  void writeBurst(lineBytes, count);
});

async function writeBurst(lineBytes: number, count: number): Promise<void> {
  const prepared = Buffer.alloc(lineBytes, 0x78);
  prepared[lineBytes - 1] = 10;
  for (let i = 0; i < count; i++) {
    if (!process.stdout.write(prepared)) await once(process.stdout, 'drain');
  }
}
