// Loaded into server processes with `--import`: see usage-probe.ts.
import { connect } from 'node:net';
import { readUsage } from './process-usage.js';

const socket = connect(Number(new URL(import.meta.url).searchParams.get('port')), '127.0.0.1');
// The server must end as it would without this socket.
socket.unref();
socket.on('error', () => {});
socket.setEncoding('latin1');
socket.on('data', async (request: string) => {
  // A second collection frees what the first one's finalizers let go.
  for (let i = 0; i < 2 && request.startsWith('collect'); i++) {
    globalThis.gc?.();
    await new Promise(setImmediate);
  }
  socket.write(`${JSON.stringify(readUsage())}\n`);
});
