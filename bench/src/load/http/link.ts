import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

/** What lies below a request: plain TCP, TLS 1.3 with a full handshake, TLS 1.3 with a ticket of the connection before, or HTTP/2 over TLS 1.3. */
export type Link = 'tcp' | 'tls' | 'tls-resumed' | 'h2';

export const links: readonly Link[] = ['tcp', 'tls', 'tls-resumed', 'h2'];

export interface LinkedRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What the answer is known by. */
  readonly until: string;
}

const timeoutMs = 20_000;

/**
 * Opens connections one by one, each with one request, and gives them up again once what is waited for has come. It remembers the last TLS ticket.
 * Nothing is between the request and the socket but what the link needs, so that the network's part shows.
 */
export class LinkOpener {
  readonly #url: URL;
  readonly #link: Link;
  readonly #ca: string | undefined;
  #ticket: Buffer | undefined;

  constructor(url: string, link: Link, ca: string | undefined) {
    this.#url = new URL(url);
    this.#link = link;
    this.#ca = ca;
  }

  /**
   * Resolves with the milliseconds from the first packet to the end of `until`.
   * @throws Error when the server ends the connection first, or 20 s have gone by.
   */
  async open(request: LinkedRequest): Promise<number> {
    const resumes = this.#ticket !== undefined;
    const startedAt = performance.now();
    const socket = connect({ port: Number(this.#url.port), host: this.#url.hostname, noDelay: true });
    const limit = setTimeout(() => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    let session: ClientHttp2Session | undefined;
    let secure: TLSSocket | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject).once('close', () => reject(new Error('the server closed the connection')));
        if (this.#link === 'tcp') return exchange(socket, toHttp1(this.#url, request), request.until, resolve);
        secure = this.#secure(socket);
        secure.once('error', reject);
        if (this.#link !== 'h2') return exchange(secure, toHttp1(this.#url, request), request.until, resolve);
        const over = secure;
        session = connectHttp2(this.#url, { createConnection: () => over });
        session.once('error', reject);
        const stream = session.request({ ':method': request.method, ':path': this.#url.pathname, ...request.headers });
        stream.once('error', reject).end(request.body);
        awaitText(stream, request.until, resolve);
      });
      const elapsedMs = performance.now() - startedAt;
      if (resumes && secure?.isSessionReused() === false) throw new Error('the server did not take up the TLS session again');
      // The ticket comes behind the handshake, and may come behind the answer too.
      if (this.#link === 'tls-resumed' && this.#ticket === undefined) await this.#untilTicket();
      return elapsedMs;
    } finally {
      clearTimeout(limit);
      session?.destroy();
      secure?.destroy();
      socket.destroy();
    }
  }

  #secure(socket: Socket): TLSSocket {
    const secure = connectTls({
      socket,
      servername: 'localhost',
      ca: this.#ca,
      minVersion: 'TLSv1.3',
      ...(this.#link === 'h2' && { ALPNProtocols: ['h2'] }),
      ...(this.#link === 'tls-resumed' && this.#ticket !== undefined && { session: this.#ticket }),
    });
    if (this.#link === 'tls-resumed') {
      secure.on('session', (ticket: Buffer) => {
        this.#ticket = ticket;
      });
    }
    return secure;
  }

  async #untilTicket(): Promise<void> {
    for (const until = performance.now() + timeoutMs; this.#ticket === undefined; await new Promise((resolve) => setTimeout(resolve, 2))) {
      if (performance.now() > until) throw new Error('the server gave no ticket to take the TLS session up with');
    }
  }
}

function exchange(socket: Socket, head: string, until: string, ondone: () => void): void {
  socket.write(head);
  awaitText(socket, until, ondone);
}

function awaitText(stream: NodeJS.ReadableStream, until: string, ondone: () => void): void {
  let received = '';
  stream.setEncoding('latin1').on('data', (text: string) => {
    received += text;
    if (received.includes(until)) ondone();
  });
}

function toHttp1({ host, pathname, search }: URL, { method, headers, body }: LinkedRequest): string {
  const lines = [`${method} ${pathname}${search} HTTP/1.1`, `host: ${host}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push(`content-length: ${Buffer.byteLength(body)}`);
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}
