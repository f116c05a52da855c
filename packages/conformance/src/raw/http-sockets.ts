import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Unreachable } from '../driver.js';
import type { Transcript } from '../transcript.js';
import { whyNotConnected } from './connect-error.js';

/** A connection that was idle for longer is not used again: the server may be closing it this very moment. */
const MAX_IDLE_MS = 1_000;

/** One TCP or TLS connection. What comes goes to whoever has it. */
export class HttpSocket {
  readonly socket: Socket;
  /** Its number among the connections of its `HttpSockets`. */
  readonly number: number;
  /** Whether it has carried a request before. */
  used = false;
  idleSince = 0;
  ondata: ((chunk: Uint8Array) => void) | undefined;
  /** It ended: `orderly` by a FIN. Called once. */
  onclose: ((orderly: boolean) => void) | undefined;
  #orderly = false;
  #closed = false;

  constructor(socket: Socket, number: number, onreceived: (chunk: Uint8Array) => void) {
    this.socket = socket;
    this.number = number;
    socket.on('data', (chunk: Uint8Array) => {
      onreceived(chunk);
      this.ondata?.(chunk);
    });
    socket.on('end', () => {
      this.#orderly = true;
      this.#close();
    });
    socket.on('error', () => {});
    socket.on('close', () => this.#close());
  }

  get closed(): boolean {
    return this.#closed || this.socket.destroyed;
  }

  destroy(): void {
    this.socket.destroy();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onclose?.(this.#orderly);
    this.socket.destroy();
  }
}

export interface HttpSocketsOptions {
  readonly transcript: Transcript;
  /** How long a TCP connection and the TLS handshake may take. */
  readonly connectMs: number;
  /** Called with the bytes that came, once they are in the transcript and before anyone reads them. */
  readonly onreceived?: (() => void) | undefined;
}

/** The TCP or TLS connections of one client to one origin: kept alive between requests, and never shared with another client. */
export class HttpSockets {
  readonly url: URL;
  readonly transcript: Transcript;
  readonly #options: HttpSocketsOptions;
  readonly #all = new Set<HttpSocket>();
  readonly #idle: HttpSocket[] = [];
  #count = 0;
  #closed = false;

  constructor(url: URL, options: HttpSocketsOptions) {
    this.url = url;
    this.transcript = options.transcript;
    this.#options = options;
  }

  /**
   * One that is idle, or a new one.
   *
   * @throws Unreachable when there is no server, or it does not take the connection in time.
   */
  async take(options: { fresh?: boolean | undefined } = {}): Promise<HttpSocket> {
    while (!options.fresh) {
      const idle = this.#idle.pop();
      if (!idle) break;
      if (!idle.closed && performance.now() - idle.idleSince < MAX_IDLE_MS) return idle;
      idle.destroy();
    }
    return this.#open();
  }

  /** For another request later on. */
  give(socket: HttpSocket): void {
    socket.ondata = undefined;
    socket.onclose = undefined;
    if (this.#closed || socket.closed) {
      socket.destroy();
      return;
    }
    socket.used = true;
    socket.idleSince = performance.now();
    this.#idle.push(socket);
  }

  /** Ends all of them at once, those in use too. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#all) socket.destroy();
  }

  async #open(): Promise<HttpSocket> {
    const { url } = this;
    if (this.#closed) throw new Unreachable('the connection was closed');
    const secure = url.protocol === 'https:';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port || (secure ? 443 : 80));
    const socket = secure
      ? connectTls({ host, port, ALPNProtocols: ['http/1.1'], ...(!isAddress(host) && { servername: host }) })
      : connectTcp({ host, port, autoSelectFamily: true });
    socket.setNoDelay(true);
    const number = ++this.#count;
    const own = new HttpSocket(socket, number, (chunk) => {
      this.transcript.add('received', chunk);
      this.#options.onreceived?.();
    });
    this.#all.add(own);
    socket.once('close', () => this.#all.delete(own));
    const { connectMs } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(timer);
        reject(new Unreachable(`nothing can be reached at ${url.origin}: ${why}`));
        socket.destroy();
      };
      const timer = setTimeout(() => fail(`no connection within ${connectMs} ms`), connectMs);
      socket.once('error', (error: NodeJS.ErrnoException) => fail(whyNotConnected(error)));
      socket.once('close', () => fail('the connection was closed'));
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    return own;
  }
}

/** Names only go into SNI. */
function isAddress(host: string): boolean {
  return host.includes(':') || /^[\d.]+$/.test(host);
}
