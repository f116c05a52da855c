import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Passes connections on to a server, until it is told to cut all of them: what a network does that fails, and is there again at once. */
export class Cutter {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** The given URL, through here. */
  readonly url: string;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async open(url: string): Promise<Cutter> {
    const passedOn = new URL(url);
    const port = Number(passedOn.port);
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    passedOn.port = String((server.address() as AddressInfo).port);
    const cutter = new Cutter(server, passedOn.href);
    server.on('connection', (client) => cutter.#pass(client, connect({ port, host: '127.0.0.1', noDelay: true })));
    return cutter;
  }

  /** Cuts every connection, and with it loses what was under way. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#sockets.clear();
  }

  close(): void {
    this.#server.close();
    this.cut();
  }

  #pass(client: Socket, server: Socket): void {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
