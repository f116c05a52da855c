import type { Revision } from '@mcpwire/protocol';
import { notApplicable } from '../../expect.js';
import type { Heard, HttpSeen, Observation } from '../observation.js';
import { EVERY } from '../revisions.js';

/** Those that have Streamable HTTP. */
export const STREAMABLE: readonly Revision[] = EVERY.filter((revision) => revision !== '2024-11-05');

/** The POSTs, if there are any: checks of them do not apply without. */
export function postsOf(seen: Observation): HttpSeen[] {
  const posts = seen.requests.filter(({ method }) => method === 'POST');
  if (posts.length === 0) notApplicable('the client sent no POST');
  return posts;
}

/** What followed the handshake; undefined header values included. */
export function afterHandshake(seen: Observation): HttpSeen[] {
  const [initialize] = seen.asked('initialize');
  const answer = initialize && seen.answerTo(initialize.message.id);
  if (!answer) return notApplicable('there was no handshake');
  return seen.requests.filter(({ at }) => at > answer.at);
}

/** A header as one text. */
export function fieldOf({ headers }: HttpSeen, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Whether a field lists this media type, or one that includes it. */
export function accepts(field: string | undefined, type: string): boolean {
  const [main] = type.split('/');
  const ranges = (field ?? '').split(',').map((range) => range.split(';').map((part) => part.trim().toLowerCase()));
  return ranges.some(
    ([range = '', ...params]) => [type, `${main}/*`, '*/*'].includes(range) && !params.some((param) => /^q=0(?:\.0*)?$/.test(param)),
  );
}

/** A request as evidence. */
export function shown({ method, path, headers }: HttpSeen): object {
  return { method, path, headers };
}

/** Those messages that came over HTTP, for checks of headers that repeat the body. */
export function withHttp(all: readonly Heard[]): (Heard & { readonly http: HttpSeen })[] {
  return all.filter((heard): heard is Heard & { readonly http: HttpSeen } => heard.http !== undefined);
}
