/** `node stdio.js [--fault NAME] [--modern-only]`: the correct server over stdio, or one with this fault. */
import { parseArgs } from 'node:util';
import { CorrectServer } from './correct-server.js';
import { faults } from './faults/index.js';
import { StdioWire } from './stdio-wire.js';

const { values } = parseArgs({ options: { fault: { type: 'string' }, 'modern-only': { type: 'boolean' } } });
const fault = values.fault === undefined ? undefined : faults[values.fault];
if (values.fault !== undefined && !fault) throw new Error(`There is no fault ${values.fault}`);

let server;
const wire = new StdioWire((own) => {
  server = new CorrectServer((message) => own.send(message));
  return server;
});
if (values['modern-only']) server.legacy = [];
fault?.apply({ server, wire });
wire.start();
