import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A request that is written by hand, on a connection of its own: thousands of them must cost the client little. */
export interface RawRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The Unix socket, or named pipe, to go through. Default: TCP to the URL's host. */
  readonly socketPath?: string | undefined;
}

const maxKept = 1024;

/** One connection, with one request on it at a time. */
export class RawConnection {
  /** All that has arrived, headers included. */
  receivedBytes = 0;
  readonly #socket: Socket;
  #received = '';
  #waiting: { text: string; resolve: () => void; reject: (error: Error) => void } | undefined;
  #fault: Error | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.#take(text));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  /** Resolves when `text` has arrived, on this connection, and forgets what came until then. One wait at a time. */
  receive(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#fault !== undefined) return reject(this.#fault);
      this.#waiting = { text, resolve, reject };
      this.#take('');
    });
  }

  /** False when the server has closed it. */
  get isOpen(): boolean {
    return this.#fault === undefined;
  }

  /** Writes a request: the text that `toRequestText` makes. */
  write(request: string): void {
    this.#socket.write(request);
  }

  /** Stops reading: what comes stays in the system's buffers, and then at the sender. */
  stall(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  goOn(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.receivedBytes += text.length;
    this.#received += text;
    if (this.#waiting === undefined) return;
    const { text: wanted, resolve } = this.#waiting;
    if (!this.#received.includes(wanted)) {
      // The end is kept: what is waited for may be cut in two.
      if (this.#received.length > maxKept) this.#received = this.#received.slice(-maxKept);
      return;
    }
    this.#waiting = undefined;
    this.#received = '';
    resolve();
  }

  #fail(error: Error): void {
    this.#fault ??=
      this.#received === '' ? error : new Error(`${error.message}; it had sent ${JSON.stringify(this.#received.slice(-200))}`);
    this.#waiting?.reject(this.#fault);
    this.#waiting = undefined;
  }
}

/** Opens a connection and writes one request on it. */
export async function openRaw(url: string, request: RawRequest): Promise<RawConnection> {
  const connection = await connectRaw(url, request.socketPath);
  connection.write(toRequestText(url, request));
  return connection;
}

/** Opens a connection. @param socketPath the Unix socket, or named pipe, to go through in place of TCP to the URL's host */
export async function connectRaw(url: string, socketPath?: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = socketPath === undefined ? connect(Number(port), hostname) : connect(socketPath);
  const connection = new RawConnection(socket);
  await once(socket, 'connect');
  return connection;
}

/** A request as it goes over the connection. */
export function toRequestText(url: string, { method, headers, body }: RawRequest): string {
  const { host, pathname, search } = new URL(url);
  const lines = [`${method} ${pathname}${search} HTTP/1.1`, `host: ${host}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push(`content-length: ${Buffer.byteLength(body)}`);
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

/** What a server takes in at once without turning connections away: less than the usual backlog of 511. */
const atOnce = 200;

/**
 * Does `open` for 0 to `count` - 1, so many at a time that no server's backlog runs over: a connection that is turned away tries again
 * only after a second. Where `open` does not wait for the server, `arrived` does, for the number of connections that it is given.
 */
export async function openMany<T>(
  count: number,
  open: (index: number) => Promise<T>,
  arrived?: (count: number) => Promise<void>,
): Promise<T[]> {
  const all: T[] = [];
  while (all.length < count) {
    const first = all.length;
    const batch = Math.min(atOnce, count - first);
    all.push(...(await Promise.all(Array.from({ length: batch }, (_, i) => open(first + i)))));
    await arrived?.(all.length);
  }
  return all;
}
