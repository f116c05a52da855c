import { setTimeout as sleep } from 'node:timers/promises';
import { Breach } from '../verdict.js';
import type { HttpRequest } from './http-exchange.js';
import { type HttpHead, HttpResponseReader } from './http-response-reader.js';
import type { HttpSockets } from './http-sockets.js';

/** Between pieces: long enough for each to be read by itself. */
const GAP_MS = 15;

/**
 * Sends a request over a connection of its own whose body arrives in pieces, cut at these offsets, and reads the response.
 *
 * @throws Breach when the response has not come within `withinMs`, or is no HTTP.
 */
export async function postInPieces(
  sockets: HttpSockets,
  request: HttpRequest,
  pieces: readonly number[],
  withinMs: number,
): Promise<HttpHead> {
  const own = await sockets.take({ fresh: true });
  const body = Buffer.from((request.body ?? '') as Uint8Array);
  const fields = { host: sockets.url.host, 'content-length': String(body.length), connection: 'close', ...request.headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  let head: HttpHead | undefined;
  const write = (bytes: Buffer): void => {
    sockets.transcript.add('sent', bytes);
    own.socket.write(bytes);
  };
  try {
    const over = new Promise<void>((resolve, reject) => {
      const reader = new HttpResponseReader({
        method: request.method,
        onhead: (came) => {
          head = came;
        },
        onbody: () => {},
        onend: () => resolve(),
        onfault: (why) => reject(new Breach(`the response to ${request.method} ${why}`, { expected: 'a response', received: why })),
      });
      own.ondata = (chunk) => reader.feed(chunk);
      own.onclose = (orderly) => reader.close(orderly);
    });
    over.catch(() => {});
    write(Buffer.from(`${request.method} ${request.target ?? sockets.url.pathname} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
    let start = 0;
    for (const end of [...pieces, body.length]) {
      await sleep(GAP_MS);
      write(body.subarray(start, end));
      start = end;
    }
    const timeout = new AbortController();
    await Promise.race([over, sleep(withinMs, undefined, { signal: timeout.signal }).catch(() => {})]).finally(() => timeout.abort());
    if (!head)
      throw new Breach(`${request.method} was not answered within ${withinMs} ms`, { expected: 'a response', received: 'nothing' });
    return head;
  } finally {
    own.destroy();
  }
}
