import http from 'node:http';
import https from 'node:https';
import type { TransportKind } from './connection.js';
import { Unreachable } from './driver.js';
import { whyNotConnected } from './raw/connect-error.js';

const TIMEOUT_MS = 5_000;
const HANDSHAKE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'mcp-conformance', version: '0' } },
});

interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** The body's beginning, as far as it came with the first bytes. */
  readonly head: string;
}

/**
 * Which HTTP transport is spoken behind a URL, in the way that clients find out: a POST first; where that is refused, a GET that is
 * answered with an `endpoint` event shows HTTP+SSE (2025-11-25, basic/transports, "Backwards Compatibility").
 *
 * @throws Unreachable when nothing answers there.
 */
export async function detectHttpTransport(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Exclude<TransportKind, 'stdio'>> {
  const post = await ask(
    url,
    'POST',
    { ...headers, accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
    signal,
  );
  if (post.status < 400 || post.status >= 500) return 'streamable-http';
  const get = await ask(url, 'GET', { ...headers, accept: 'text/event-stream' }, signal);
  return get.status === 200 && /^text\/event-stream\b/i.test(get.contentType) && /^event:\s*endpoint\s*$/m.test(get.head)
    ? 'sse'
    : 'streamable-http';
}

/** Whether something answers HTTP behind the URL, whatever it says. */
export async function isAnswered(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    await ask(url, 'GET', { accept: 'text/event-stream, application/json' }, signal);
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

/**
 * Waits until something answers HTTP behind the URL, whatever it says.
 *
 * @throws Unreachable when nothing has after `withinMs`, or `signal`'s reason.
 */
export async function waitForUrl(url: string, withinMs: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      await ask(url, 'GET', { accept: 'text/event-stream, application/json' }, signal);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (performance.now() > deadline)
        throw new Unreachable(`nothing answered at ${url} within ${withinMs} ms: ${(error as Error).message}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function ask(url: string, method: 'GET' | 'POST', headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https:') ? https : http).request(url, { method, headers, signal, agent: false, timeout: TIMEOUT_MS });
    const fail = (error: NodeJS.ErrnoException): void =>
      reject(new Unreachable(`nothing can be reached at ${url}: ${whyNotConnected(error)}`));
    request.on('error', fail);
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    request.on('response', (response) => {
      let head = '';
      const done = (): void => {
        resolve({ status: response.statusCode ?? 0, contentType: response.headers['content-type'] ?? '', head });
        request.off('error', fail).on('error', () => {});
        request.destroy();
      };
      // The first piece of a stream may take a moment; that the headers came is enough for anything else.
      const limit = setTimeout(done, 2_000);
      const settle = (): void => {
        clearTimeout(limit);
        done();
      };
      response.on('data', (chunk: Buffer) => {
        head += chunk.toString('latin1');
        if (head.includes('\n')) settle();
      });
      response.on('end', settle);
      response.on('error', settle);
    });
    request.end(method === 'POST' ? HANDSHAKE : undefined);
  });
}
