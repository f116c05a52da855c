import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Two joined ends of a real socket: what one writes the other reads. */
export async function socketPair(kind: 'unix' | 'tcp' = 'unix'): Promise<[Socket, Socket]> {
  const folder = mkdtempSync(join(tmpdir(), 'mcpwire-socket-'));
  const server = createServer();
  try {
    if (kind === 'unix') server.listen(join(folder, 'socket'));
    else server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const address = server.address() as string | AddressInfo;
    const left = typeof address === 'string' ? connect(address) : connect(address.port, address.address);
    await once(left, 'connect');
    const [right] = await accepted;
    return [left, right];
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
}

/** Reads a stream to its end. */
export async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
