import type { CheckContext } from '../check.js';
import type { Connection } from '../connection.js';
import { breach, inconclusive, notApplicable } from '../expect.js';
import type { JsonObject, Received } from '../inbox.js';
import { isObject } from '../session.js';

/** A message that was seen on one of the connections of a revision. */
export interface Seen {
  readonly message: JsonObject;
  readonly received: Received;
  readonly connection: Connection;
}

/** Every message of the kind that came on any connection of this revision. */
export function seen(context: CheckContext, kind: 'any' | 'response' | 'request' | 'notification'): Seen[] {
  return context.observed.flatMap((connection) =>
    connection.inbox.messages
      .filter(({ message }) => kind === 'any' || kindOf(message) === kind)
      .map((received) => ({ message: received.message, received, connection })),
  );
}

/** What a message is, by the members that it has; one with a method and an id is a request whatever else it has. */
export function kindOf(message: JsonObject): 'request' | 'notification' | 'response' {
  if ('method' in message) return 'id' in message ? 'request' : 'notification';
  return 'response';
}

/** The responses that were seen. Inconclusive when there was none: then nothing was judged. */
export function seenResponses(context: CheckContext): Seen[] {
  const responses = seen(context, 'response');
  if (responses.length === 0) inconclusive('the server sent no response at all');
  return responses;
}

/** The errors that were seen, with their responses. Does not apply where there was none. */
export function seenErrors(context: CheckContext): (Seen & { readonly error: JsonObject })[] {
  const errors = seen(context, 'response').flatMap((each) =>
    isObject(each.message.error) ? [{ ...each, error: each.message.error }] : [],
  );
  if (errors.length === 0) notApplicable('the server sent no error');
  return errors;
}

/** The results that were seen, with their responses. Inconclusive when there was none. */
export function seenResults(context: CheckContext): (Seen & { readonly result: JsonObject })[] {
  const results = seen(context, 'response').flatMap((each) =>
    isObject(each.message.result) ? [{ ...each, result: each.message.result }] : [],
  );
  if (results.length === 0) inconclusive('the server sent no result at all');
  return results;
}

/** A breach, with the bytes around the message that shows it. */
export function breachAt({ connection, received }: Seen, why: string, expected?: unknown, shown: unknown = received.message): never {
  breach(why, { expected, received: shown, at: { transcript: connection.transcript, position: received.position } });
}

/** A breach in what the server said when the revision was agreed on, with the bytes of that. */
export function breachInGreeting(context: CheckContext, why: string, expected: unknown, shown: unknown): never {
  const [connection] = context.observed;
  const received = connection?.inbox.messages.find(({ message }) => kindOf(message) === 'response');
  if (!connection || !received) return breach(why, { expected, received: shown });
  return breachAt({ connection, received, message: received.message }, why, expected, shown);
}
