import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where to connect to: a TCP port of this machine, or a Unix socket. */
export type Target = { port: number; host: string } | { path: string };

/** A relay of byte streams in front of a server, that can be stopped and cut. */
export class Relay {
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();
  #stalled = false;

  private constructor(target: () => Target) {
    this.#server = createServer((near) => {
      const far = connect(target());
      const pair: [Socket, Socket] = [near, far];
      this.#pairs.add(pair);
      for (const [from, to] of [pair, [far, near]] as const) {
        from.setNoDelay();
        from.on('error', () => {});
        from.on('close', () => {
          this.#pairs.delete(pair);
          // A pipe passes on an end, but not that one side has gone with bytes unread.
          to.destroy();
        });
      }
      if (!this.#stalled) join(pair);
    });
  }

  /**
   * @param target asked for each connection: the server may be started anew elsewhere
   * @param at the Unix socket to listen on; else a TCP port
   */
  static async to(target: Target | (() => Target), at?: string): Promise<Relay> {
    const relay = new Relay(typeof target === 'function' ? target : () => target);
    await new Promise<void>((resolve) => relay.#server.listen(at === undefined ? { port: 0, host: '127.0.0.1' } : { path: at }, resolve));
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** Takes nothing more from either side, until `resume`. */
  stall(): void {
    this.#stalled = true;
    for (const [near, far] of this.#pairs) {
      near.unpipe(far);
      far.unpipe(near);
    }
  }

  resume(): void {
    if (!this.#stalled) return;
    this.#stalled = false;
    for (const pair of this.#pairs) join(pair);
  }

  /** Breaks every connection. */
  sever(): void {
    for (const [near, far] of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  async close(): Promise<void> {
    this.sever();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function join([near, far]: [Socket, Socket]): void {
  near.pipe(far);
  far.pipe(near);
}
