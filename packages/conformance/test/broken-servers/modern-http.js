/** `node modern-http.js [--fault NAME] [--port PORT]`: the correct server of 2026-07-28 over Streamable HTTP, or one with this fault. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { startModernHttp } from './start-modern-http.js';

const { values } = parseArgs({ options: { fault: { type: 'string' }, port: { type: 'string', default: '0' } } });
const { url, close } = await startModernHttp(values.fault, Number(values.port));
process.stdout.write(`${url}\n`);
process.once('SIGTERM', close);
process.once('SIGINT', close);
