/** `node http.js [--fault NAME] [--port PORT]`: the correct server over Streamable HTTP, a variant of it, or one with this fault. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { startHttp } from './start-http.js';

const { values } = parseArgs({ options: { fault: { type: 'string' }, port: { type: 'string', default: '0' } } });
const { url, close } = await startHttp(values.fault, Number(values.port));
process.stdout.write(`${url}\n`);
process.once('SIGTERM', close);
process.once('SIGINT', close);
