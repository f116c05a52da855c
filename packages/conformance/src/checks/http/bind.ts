import { networkInterfaces } from 'node:os';
import type { Check } from '../../check.js';
import { breach, notApplicable } from '../../expect.js';
import { HttpReply } from '../../raw/http-reply.js';
import { HttpSockets } from '../../raw/http-sockets.js';
import type { SseConnection } from '../../raw/sse-connection.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import type { Transcript } from '../../transcript.js';
import { EVERY_REVISION } from '../scope.js';
import { SSE_ONLY } from '../sse/scope.js';

/** Addresses that are tried, and how long one may take: all of them are this machine's own. */
const MAX_ADDRESSES = 4;
const CONNECT_MS = 500;

const common = {
  level: 'should',
  title: 'A server that runs on this machine listens on its loopback address alone',
  spec: ['http.bind-loopback'],
  remedy: 'Listen on 127.0.0.1 by default, and on all addresses only where somebody says so.',
} as const;

export const bindChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...common,
    id: 'http/bind-loopback',
    transports: ['streamable-http'],
    revisions: EVERY_REVISION.filter((revision) => revision !== '2024-11-05'),
    run: async (context) => knockElsewhere((await context.open()).connection, context.signal),
  },
];

export const sseBindChecks: readonly Check<SseConnection>[] = [
  {
    ...common,
    ...SSE_ONLY,
    id: 'sse/bind-loopback',
    run: async (context) => knockElsewhere((await context.open()).connection, context.signal),
  },
];

/** Asks for the same URL at the other addresses of this machine. A breach if the server answers at one of them. */
async function knockElsewhere({ url, transcript }: { url: URL; transcript: Transcript }, signal: AbortSignal): Promise<void> {
  if (!isLoopback(url.hostname)) notApplicable('the server was not reached over the loopback address');
  const others = Object.values(networkInterfaces())
    .flat()
    .flatMap((each) => (each && !each.internal && !each.address.startsWith('fe80:') ? [each.address] : []));
  if (others.length === 0) notApplicable('this machine has no address but the loopback one');
  for (const address of others.slice(0, MAX_ADDRESSES)) {
    const elsewhere = new URL(url);
    elsewhere.hostname = address.includes(':') ? `[${address}]` : address;
    const sockets = new HttpSockets(elsewhere, { transcript, connectMs: CONNECT_MS });
    try {
      const reply = HttpReply.start(sockets, { method: 'GET', headers: { Host: url.host, Accept: 'text/event-stream' } });
      if (await reply.wait(({ hasHead }) => hasHead, CONNECT_MS + 500, signal)) {
        breach(`the server also answers at ${elsewhere.origin}, where others can reach it`, {
          expected: 'no connection',
          received: reply.describe(),
        });
      }
    } finally {
      sockets.close();
    }
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}
