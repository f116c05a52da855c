import { ask, type Poster, toStatusError } from './poster.js';
import { initializedNotification, initializeRequest, parseReply, toPostHeaders } from './protocol.js';

/**
 * Opens a session, and resolves with its id: undefined where the server keeps none.
 * @throws Error when the server does not answer as MCP asks.
 */
export async function openSession(poster: Poster, accept: string): Promise<string | undefined> {
  const reply = await ask(poster, toPostHeaders(accept, undefined), initializeRequest);
  if (reply.status !== 200) throw toStatusError(reply);
  const { id, result } = parseReply(reply.type, reply.body);
  if (id !== initializeRequest.id || result === undefined) throw new Error(`initialize was answered with ${reply.body.slice(0, 200)}`);
  const noted = await ask(poster, toPostHeaders(accept, reply.sessionId), initializedNotification);
  if (noted.status !== 202) throw toStatusError(noted);
  return reply.sessionId;
}
