import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How this process was asked to reply: its first argument. */
export const replies: 'json' | 'sse' = process.argv[2] === 'sse' ? 'sse' : 'json';

/** The Unix socket, or named pipe, that it was asked to listen on instead of a port: its second argument. */
export const socketPath: string | undefined = process.argv[3];

/** Listens on a free port of the loopback interface, or on `socketPath`, and says where. The process ends with its standard input. */
export async function listen(server: Server, path: string): Promise<void> {
  if (socketPath === undefined) server.listen(0, '127.0.0.1');
  else server.listen(socketPath);
  await once(server, 'listening');
  announce(socketPath === undefined ? (server.address() as AddressInfo).port : 80, path);
}

/** Says on standard output where this process serves, and ends it when its standard input does. */
export function announce(port: number, path: string): void {
  process.stdout.write(`http://127.0.0.1:${port}${path}\n`);
  process.stdin.on('end', () => process.exit()).resume();
}
