/** `node client.js [--fault NAME] ADDRESS…`: follows the steps that the suite asks for. */
import process from 'node:process';
import { CorrectClient } from './correct-client.js';
import { HttpWire } from './http-wire.js';
import { StdioWire } from './stdio-wire.js';

const args = process.argv.slice(2);
const fault = args[0] === '--fault' ? args.splice(0, 2)[1] : undefined;
const isHttp = /^http:/.test(args[0]);
const wire = isHttp ? new HttpWire(args[0]) : new StdioWire(args);
const client = new CorrectClient(wire);
if (fault !== undefined) {
  const { faults } = await import('./faults/index.js');
  faults[fault].apply({ client, wire });
}

const { MCP_CONFORMANCE_CONNECT_TIMEOUT_MS: limit, MCP_CONFORMANCE_STEPS: steps = '[]' } = process.env;
let isRight = true;
try {
  await client.connect(limit === undefined ? undefined : Number(limit));
  for (const step of JSON.parse(steps)) {
    const all = await Promise.all([step].flat().map((each) => client.step(each)));
    isRight = all.every(Boolean) && isRight;
  }
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  isRight = false;
}
await wire.close();
process.exit(isRight ? 0 : 1);
