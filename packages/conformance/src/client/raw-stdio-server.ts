/**
 * The program that a client under test starts as its stdio server. It decides nothing: what comes on stdin, its end and signals go to the
 * suite over a socket (the last argument), which says what to write and when to exit. Each line of the socket is a JSON object.
 */
import { connect } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';

interface Order {
  readonly write?: string;
  readonly stderr?: string;
  readonly exit?: number;
}

const socket = connect(process.argv.at(-1) ?? '');
const say = (event: object): void => {
  if (socket.writable) socket.write(`${JSON.stringify(event)}\n`);
};

socket.on('error', () => process.exit(1));
// The suite is gone, or done with this.
socket.on('close', () => process.exit(0));
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => say({ signal: name }));
process.stdin.on('data', (chunk: Buffer) => say({ stdin: chunk.toString('base64') }));
process.stdin.on('end', () => say({ end: true }));
process.stdin.on('error', () => say({ end: true }));

const orders = createInterface({ input: socket });
orders.on('error', () => process.exit(1));
orders.on('line', (line) => {
  const { write, stderr, exit } = JSON.parse(line) as Order;
  if (write !== undefined) process.stdout.write(Buffer.from(write, 'base64'));
  if (stderr !== undefined) process.stderr.write(stderr);
  if (exit !== undefined) {
    process.stdout.write('', () => {
      // The goodbye tells this end from being killed.
      socket.write(`${JSON.stringify({ bye: exit })}\n`, () => process.exit(exit));
    });
  }
});
