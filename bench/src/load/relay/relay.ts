import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { DelayLine } from './delay-line.js';

/** What one direction of one connection may hold; past it the relay reads no more of it until some has gone on. */
const maxHeldBytes = 16 * 1024 * 1024;

/**
 * Puts a network between a client and a server on this machine: what either sends arrives at the other half a round trip later, in order.
 *
 * The system accepts a connection before this program hears of it, so the round trip that TCP takes to connect is made up for at the first bytes: nothing of
 * what a client sends counts as sent before a whole round trip after it began to connect. Nothing is lost, bandwidth has no limit, and there is no slow start.
 */
export class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #lines = new Set<DelayLine>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens on a free loopback port and passes connections on to `port`. */
  static async open(port: number, roundTripMs: number): Promise<Relay> {
    const server = createServer({ noDelay: true, allowHalfOpen: true });
    const relay = new Relay(server);
    server.on('connection', (client) =>
      relay.#pass(client, connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true }), roundTripMs),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends every connection. */
  close(): void {
    for (const line of this.#lines) line.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #pass(client: Socket, server: Socket, roundTripMs: number): void {
    const connectedAt = performance.now() + roundTripMs;
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      const line = new DelayLine();
      this.#lines.add(line);
      let heldBytes = 0;
      const later = (deliver: () => void): void => line.add(Math.max(performance.now(), connectedAt) + roundTripMs / 2, deliver);
      from.on('data', (chunk: Buffer) => {
        heldBytes += chunk.length;
        if (heldBytes > maxHeldBytes) from.pause();
        later(() => {
          to.write(chunk, () => {
            heldBytes -= chunk.length;
            if (from.isPaused() && heldBytes <= maxHeldBytes) from.resume();
          });
        });
      });
      from.on('end', () => later(() => to.end()));
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        later(() => {
          to.destroySoon();
          this.#lines.delete(line);
        });
      });
    }
  }
}
