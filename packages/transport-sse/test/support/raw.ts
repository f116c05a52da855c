import { connect, type Socket } from 'node:net';
import { until } from './until.js';

/** A TCP connection that says exactly what it is told to, and remembers every byte that comes back. */
export class Raw {
  readonly socket: Socket;
  received = '';
  closed = false;
  ended = false;
  error: Error | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.received += text;
    });
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('error', (error) => {
      this.error = error;
    });
    socket.on('close', () => {
      this.closed = true;
    });
  }

  static async open(port: number): Promise<Raw> {
    const socket = connect({ port, host: '127.0.0.1' });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve());
      socket.once('error', reject);
    });
    return new Raw(socket);
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** The status lines so far. */
  get statuses(): number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  async untilStatus(count = 1): Promise<number[]> {
    await until(
      () => `${count} responses have come; got ${JSON.stringify(this.received)}`,
      () => this.statuses.length >= count || this.closed,
    );
    return this.statuses;
  }

  /** The chunked body of the one response that was received. */
  get chunkedBody(): string {
    let rest = this.received.slice(this.received.indexOf('\r\n\r\n') + 4);
    let body = '';
    for (;;) {
      const length = Number.parseInt(rest, 16);
      const start = rest.indexOf('\r\n') + 2;
      if (!(length > 0) || start < 2) return body;
      body += rest.slice(start, start + length);
      rest = rest.slice(start + length + 2);
    }
  }

  async untilClosed(): Promise<void> {
    await until('the server closes the connection', () => this.closed);
  }

  destroy(): void {
    this.socket.destroy();
  }
}
