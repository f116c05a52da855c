import { REVISION_FEATURES, type Revision } from '@mcpwire/protocol';
import type { TransportKind } from '../../connection.js';
import { breach, notApplicable } from '../../expect.js';
import type { JsonObject } from '../../inbox.js';
import { HttpReply } from '../../raw/http-reply.js';
import { HttpSockets } from '../../raw/http-sockets.js';
import { isObject } from '../../session.js';
import { since } from '../scope.js';
import { type HttpContext, isServed } from './scope.js';

/** No authorization server ever issued it. */
export const INVALID_TOKEN = 'conformance-no-such-token';
export const SERVER_METADATA = '/.well-known/oauth-authorization-server';
const METADATA = '/.well-known/oauth-protected-resource';

/** Where a check of authorization applies. */
export const AUTHORIZATION: { readonly transports: readonly TransportKind[]; readonly revisions: readonly Revision[] } = {
  transports: ['streamable-http'],
  revisions: since('2025-03-26'),
};
/** The revisions with Protected Resource Metadata; with where it lies, and scopes in challenges, spelt out. */
export const SINCE_JUNE_2025: readonly Revision[] = since('2025-06-18');
export const SINCE_NOVEMBER_2025: readonly Revision[] = since('2025-11-25');

/** What a client asks first, with these headers in place of its credentials. */
export async function knock(context: HttpContext, headers: Readonly<Record<string, string>>): Promise<HttpReply> {
  const session = await context.connect();
  const { connection } = session;
  const request = REVISION_FEATURES[context.revision].initialize
    ? session.createRequest('initialize', session.initializeParams)
    : session.createRequest(session.livenessMethod);
  const reply = await connection.post(request, { headers, anonymous: true });
  if (!isServed(reply)) connection.sessionId = undefined;
  return reply;
}

export async function refused(context: HttpContext): Promise<HttpReply> {
  const session = await context.open();
  await context.control('a request with credentials is served', () => session.alive());
  if (!session.connection.hasOwnHeaders) notApplicable('the server asks for no authorization');
  const reply = await knock(context, {});
  if (isServed(reply)) notApplicable('the server asks for no authorization');
  return reply;
}

export async function refusedBy401(context: HttpContext): Promise<HttpReply> {
  const reply = await refused(context);
  if (reply.status !== 401) notApplicable(`the server refuses requests without credentials with status ${reply.status}`);
  return reply;
}

export async function resourceMetadata(context: HttpContext): Promise<{ found: JsonObject | undefined; tried: string[] }> {
  const reply = await refused(context);
  const { url } = (await context.open()).connection;
  const named = metadataUrl(reply);
  const path = url.pathname === '/' ? '' : url.pathname.replace(/\/$/, '');
  const addresses = [...new Set([...(named ? [named.href] : []), new URL(METADATA + path, url).href, new URL(METADATA, url).href])];
  const tried: string[] = [];
  for (const address of addresses) {
    const answer = await fetchFrom(context, new URL(address));
    tried.push(`${address}: ${answer.describe()}`);
    const value = answer.status === 200 ? answer.json() : undefined;
    if (isObject(value)) return { found: value, tried };
  }
  return { found: undefined, tried };
}

export async function foundMetadata(context: HttpContext): Promise<JsonObject> {
  const { found } = await resourceMetadata(context);
  if (!found) notApplicable('the server publishes no Protected Resource Metadata, which auth/resource-metadata is about');
  return found;
}

export async function fetchFrom(context: HttpContext, url: URL): Promise<HttpReply> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') breach(`${url.href} is no address of HTTP`, { received: url.href });
  const { connection } = await context.connect();
  const sockets = new HttpSockets(url, { transcript: connection.transcript, connectMs: context.timeoutMs });
  try {
    const reply = await HttpReply.start(sockets, { method: 'GET', headers: { Accept: 'application/json' } }).waitForHead(context.timeoutMs);
    await reply.wait(({ end }) => end !== undefined, context.timeoutMs, context.signal);
    return reply;
  } finally {
    sockets.close();
  }
}

export function metadataUrl(reply: HttpReply): URL | undefined {
  const value = paramOf(reply.headers['www-authenticate'] ?? '', 'resource_metadata');
  return value !== undefined && URL.canParse(value) ? new URL(value) : undefined;
}

export function paramOf(challenge: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,"]+))`, 'i').exec(challenge);
  return found?.[1]?.replace(/\\(.)/g, '$1') ?? found?.[2];
}
