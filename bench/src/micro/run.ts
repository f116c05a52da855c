import { Bench } from 'tinybench';
import { addDecode } from './decode.js';
import { addEncode } from './encode.js';
import { microCases } from './messages.js';
import { addParse } from './parse.js';
import { addPeer } from './peer.js';

// All in one process, so these figures serve to compare a change with what was there before, not one target with another.
const bench = new Bench({ time: 300, warmupTime: 100 });
for (const one of microCases) {
  addDecode(bench, one);
  addEncode(bench, one);
  addParse(bench, one);
}
const closePeers = await addPeer(bench);
await bench.run();
await closePeers();
console.table(bench.table());
const failed = bench.tasks.filter((task) => task.result.state === 'errored');
for (const task of failed) console.error(`${task.name} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
