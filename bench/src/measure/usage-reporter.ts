// Loaded into server processes with `--import`: see usage-probe.ts.
import { connect } from 'node:net';
import { readUsage } from './process-usage.js';
import { ProcessWatch } from './process-watch.js';
import type { UsageRequest } from './usage-probe.js';

const socket = connect(Number(new URL(import.meta.url).searchParams.get('port')), '127.0.0.1');
// The server must end as it would without this socket.
socket.unref();
socket.on('error', () => {});
socket.setEncoding('latin1');
const watch = new ProcessWatch();
socket.on('data', async (line: string) => {
  const request = line.trim() as UsageRequest;
  // A second collection frees what the first one's finalizers let go.
  for (let i = 0; i < 2 && request === 'collect'; i++) {
    globalThis.gc?.();
    await new Promise(setImmediate);
  }
  const load = request === 'unwatch' ? { load: watch.stop() } : undefined;
  socket.write(`${JSON.stringify({ ...readUsage(), ...load })}\n`);
  if (request === 'watch') watch.start();
});
