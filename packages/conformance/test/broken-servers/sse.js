/** `node sse.js [--fault NAME] [--port PORT]`: the correct server over HTTP+SSE, or one with this fault. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { startSse } from './start-sse.js';

const { values } = parseArgs({ options: { fault: { type: 'string' }, port: { type: 'string', default: '0' } } });
const { url, close } = await startSse(values.fault, Number(values.port));
process.stdout.write(`${url}\n`);
process.once('SIGTERM', close);
process.once('SIGINT', close);
