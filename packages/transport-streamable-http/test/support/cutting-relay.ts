import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Where to cut, given all that a connection has brought its client so far: before the character of that number. Undefined: not yet. */
export type CutRule = (text: string) => number | undefined;

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  text: string;
}

/** A relay in front of an HTTP/1.1 server on this machine, which looks at what comes back, and breaks the connection where it is told to. */
export class CuttingRelay {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #rule: CutRule | undefined;
  #stalled = false;

  private constructor(port: number) {
    this.#server = createServer((near) => this.#join(near, connect(port, '127.0.0.1')));
  }

  static async to(port: number): Promise<CuttingRelay> {
    const relay = new CuttingRelay(port);
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** The cut that was asked for has been made. */
  get hasCut(): boolean {
    return this.#rule === undefined;
  }

  /** Cuts one connection, the first that the rule finds a place in. */
  cutOnce(rule: CutRule): void {
    this.#rule = rule;
    for (const pair of this.#pairs) pair.text = '';
  }

  /** Takes nothing more from the server, on these connections and on new ones, until `resume`. */
  stall(): void {
    this.#stalled = true;
    for (const { far } of this.#pairs) far.pause();
  }

  resume(): void {
    this.#stalled = false;
    for (const { far } of this.#pairs) far.resume();
  }

  /** The clients are gone, and the server learns of that only when it says something: as when a machine was switched off. */
  vanish(): void {
    for (const pair of this.#pairs) {
      const { near, far } = pair;
      this.#pairs.delete(pair);
      near.removeAllListeners('close').destroy();
      far.removeAllListeners('data').on('data', () => far.resetAndDestroy());
    }
  }

  async close(): Promise<void> {
    for (const { near, far } of this.#pairs) {
      near.destroy();
      far.destroy();
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket, far: Socket): void {
    const pair: Pair = { near, far, text: '' };
    this.#pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay();
      from.on('error', () => {});
      from.on('close', () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
    }
    near.on('data', (chunk) => far.write(chunk));
    far.on('data', (chunk) => this.#pass(pair, chunk));
    if (this.#stalled) far.pause();
  }

  #pass(pair: Pair, chunk: Buffer): void {
    const { near, far } = pair;
    if (this.#rule) {
      const before = pair.text.length;
      // Byte by byte, so that a character's number is a byte's.
      pair.text += chunk.toString('latin1');
      const at = this.#rule(pair.text);
      if (at !== undefined) {
        this.#rule = undefined;
        near.end(chunk.subarray(0, Math.max(0, at - before)), () => near.destroy());
        far.destroy();
        return;
      }
    }
    if (near.write(chunk)) return;
    far.pause();
    near.once('drain', () => {
      if (!this.#stalled) far.resume();
    });
  }
}
