import type { Revision } from '@mcpwire/protocol';
import type { CheckContext } from '../../check.js';
import type { TransportKind } from '../../connection.js';
import { ensure, notApplicable } from '../../expect.js';
import type { JsonObject, JsonValue } from '../../inbox.js';
import type { HttpReply } from '../../raw/http-reply.js';
import { isAnswer } from '../../raw/posted-message.js';
import type { HttpOptions, LoggedReply, StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { isObject, type Session } from '../../session.js';
import type { Level } from '../../verdict.js';
import { listsOf } from '../lists.js';
import { LEGACY } from '../scope.js';

export type HttpSession = Session<StreamableHttpConnection>;
export type HttpContext = CheckContext<StreamableHttpConnection>;

/** The revisions of Streamable HTTP with a handshake. */
export const HTTP_LEGACY: readonly Revision[] = LEGACY.filter((revision) => revision !== '2024-11-05');
/** Where a check of the legacy revisions applies. */
export const LEGACY_HTTP: { readonly transports: readonly TransportKind[]; readonly revisions: readonly Revision[] } = {
  transports: ['streamable-http'],
  revisions: HTTP_LEGACY,
};

/** How long a server gets to end a stream, once all has been said. */
export const END_MS = 1_500;

/** Posts a request that every server answers, with what is to be tried out. */
export async function postPing(session: HttpSession, options: HttpOptions = {}): Promise<{ id: JsonValue; reply: HttpReply }> {
  const request = session.createRequest(session.livenessMethod);
  return { id: request.id, reply: await session.connection.post(request, options) };
}

/** A breach unless the reply has a result for the request with this id. */
export function ensureServed(reply: HttpReply, id: JsonValue, what: string, level: Level = 'must'): void {
  const answer = answerIn(reply, id);
  ensure(reply.status === 200 && answer !== undefined && 'result' in answer, `${what} was not served`, {
    expected: 'status 200 and a result',
    received: reply.describe(),
    level,
  });
}

/** What has to work before the same request is sent with something wrong about it. */
export function controlPing(context: HttpContext, session: HttpSession, what = 'the same request without it'): Promise<void> {
  return context.control(`${what} is served`, async () => {
    const { id, reply } = await postPing(session);
    ensureServed(reply, id, what);
  });
}

export function answerIn(reply: HttpReply, id: JsonValue): JsonObject | undefined {
  return reply.messages.find((message): message is JsonObject => isAnswer(message, id));
}

/** Whether the server took the request for a right one. */
export function isServed(reply: HttpReply): boolean {
  return reply.status >= 200 && reply.status < 300;
}

export function isRefused(reply: HttpReply): boolean {
  return reply.status >= 400 && reply.status < 500;
}

/** A session, opened without a GET stream beside it. */
export async function openQuietly(context: HttpContext): Promise<HttpSession> {
  const session = await context.connect();
  session.connection.listens = false;
  await context.control('a session is opened', () => session.open());
  return session;
}

/** A session that has an id. Does not apply to servers that give none. */
export async function openWithId(context: HttpContext): Promise<HttpSession & { readonly sessionId: string }> {
  const session = await openQuietly(context);
  const { sessionId } = session.connection;
  if (sessionId === undefined) notApplicable('the server gives no session ids');
  return Object.assign(session, { sessionId });
}

/** A reply of one of the connections that were looked at. */
export interface SeenReply extends LoggedReply {
  readonly connection: StreamableHttpConnection;
}

/** Every reply that clients get who do nothing out of the ordinary. */
export function seenReplies(context: HttpContext): SeenReply[] {
  return context.observed.flatMap((connection) =>
    connection.replies.filter(({ usual }) => usual).map((logged) => ({ ...logged, connection })),
  );
}

/** The streams on which requests were answered. Does not apply where there was none. */
export function requestStreams(context: HttpContext): SeenReply[] {
  const streams = seenReplies(context).filter(({ reply, method, ids }) => method === 'POST' && ids.length > 0 && reply.isEventStream);
  if (streams.length === 0) notApplicable('the server answered no request with an event stream');
  return streams;
}

/** Where to find the bytes of a reply. */
export function at({ connection, position }: SeenReply): { transcript: StreamableHttpConnection['transcript']; position: number } {
  return { transcript: connection.transcript, position };
}

/** The messages that came with a reply, each an object. */
export function messagesOf(reply: HttpReply): JsonObject[] {
  return reply.messages.filter(isObject);
}

/** Requests that change nothing, and the tool that the caller lets the suite call. */
export function harmlessRequests(context: HttpContext): [string, JsonObject?][] {
  const { probeTool } = context;
  return [
    ['ping'],
    ...listsOf(context.server.capabilities)
      .filter(({ optional }) => !optional)
      .map(({ method }): [string] => [method]),
    ...(probeTool ? [['tools/call', { name: probeTool.name, arguments: probeTool.args }] as [string, JsonObject]] : []),
  ];
}

/** The request that a message is about, as far as it says so. */
export function requestOf(connection: StreamableHttpConnection, message: JsonObject): JsonValue | undefined {
  const { params } = message;
  if (!isObject(params)) return undefined;
  if (message.method === 'notifications/progress') return connection.sent.requestOf.get(params.progressToken ?? null);
  return undefined;
}
