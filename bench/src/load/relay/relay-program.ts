// A relay in a process of its own: the port to pass on to, and the round trip in milliseconds. Says its own port on a line, and ends with its input.
import { Relay } from './relay.js';

const [port, roundTripMs] = process.argv.slice(2).map(Number) as [number, number];
const relay = await Relay.open(port, roundTripMs);
process.stdout.write(`${relay.port}\n`);
process.stdin.on('end', () => process.exit()).resume();
