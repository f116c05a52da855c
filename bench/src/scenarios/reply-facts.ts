import type { PostClient } from '../load/http/post-client.js';
import type { RoundResult } from './scenario.js';

/** What a server does otherwise than was asked: another kind of reply, or no session. Undefined where there is nothing to say. */
export function toReplyFacts(
  { replyType, sessionId }: Pick<PostClient, 'replyType' | 'sessionId'>,
  reply: 'json' | 'sse',
): RoundResult['facts'] {
  const facts: Record<string, string> = {};
  if (!replyType.startsWith(reply === 'json' ? 'application/json' : 'text/event-stream')) facts.reply = replyType;
  if (sessionId === undefined) facts.session = 'none';
  return Object.keys(facts).length === 0 ? undefined : facts;
}
