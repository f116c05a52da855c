import type { Check, CheckContext } from '../check.js';
import { notApplicable } from '../expect.js';
import type { JsonValue } from '../inbox.js';
import { isObject } from '../session.js';
import { breachAt, kindOf, type Seen, seen, seenResponses } from './observed.js';
import { EVERY_REVISION, EVERY_TRANSPORT, LEGACY } from './scope.js';

const common = { level: 'must', transports: EVERY_TRANSPORT, uses: 'after' } as const;

/** What every report of progress is held against, and every request for it. A tool that the caller names is asked for some. */
export const progressChecks: readonly Check[] = [
  {
    ...common,
    id: 'progress/known-token',
    title: 'Progress is reported with the token of a request',
    spec: ['progress.known-token'],
    revisions: EVERY_REVISION,
    remedy: 'Report progress only for requests that have a progressToken in _meta, and with that very token.',
    async run(context) {
      for (const each of reports(context)) {
        if (!each.connection.sent.tokens.has(each.token ?? null)) breachAt(each, 'progress was reported with a token that no request had');
      }
    },
  },
  {
    ...common,
    id: 'progress/increases',
    title: 'Progress grows with each report',
    spec: ['progress.increases'],
    revisions: EVERY_REVISION,
    remedy: 'Let the member progress grow with each notification, even when the total is unknown.',
    async run(context) {
      const last = new Map<unknown, Map<JsonValue, number>>();
      for (const each of reports(context)) {
        const ofConnection = last.get(each.connection) ?? new Map<JsonValue, number>();
        last.set(each.connection, ofConnection);
        const { progress } = isObject(each.message.params) ? each.message.params : {};
        if (typeof progress !== 'number') breachAt(each, 'a report of progress has no number as progress');
        const former = ofConnection.get(each.token ?? null);
        if (former !== undefined && progress <= former)
          breachAt(each, `progress went from ${former} to ${progress}`, `more than ${former}`);
        ofConnection.set(each.token ?? null, progress);
      }
    },
  },
  {
    ...common,
    id: 'progress/stops',
    title: 'Once a request is answered, no progress on it is reported',
    spec: ['progress.stops'],
    revisions: EVERY_REVISION,
    remedy: 'Send what progress there is before the response.',
    async run(context) {
      for (const each of reports(context)) {
        const { inbox, sent } = each.connection;
        const request = sent.requestOf.get(each.token ?? null);
        if (request === undefined) continue;
        const answered = inbox.messages.findIndex(({ message }) => kindOf(message) === 'response' && message.id === request);
        if (inbox.messages[answered]?.channel !== each.received.channel) continue;
        if (answered >= 0 && answered < inbox.messages.indexOf(each.received))
          breachAt(each, 'progress on a request was reported after its response');
      }
    },
  },
  {
    ...common,
    id: 'progress/token-type',
    title: 'The progress tokens of the server are strings or integers',
    spec: ['progress.token-type'],
    revisions: LEGACY,
    remedy: 'Use a string or an integer as progressToken.',
    async run(context) {
      for (const { each, token } of ownTokens(context)) {
        if (typeof token !== 'string' && !Number.isInteger(token))
          breachAt(each, 'a progress token of the server is neither a string nor an integer');
      }
    },
  },
  {
    ...common,
    id: 'progress/token-unique',
    title: 'No two requests of the server have the same progress token',
    spec: ['progress.token-unique'],
    revisions: LEGACY,
    remedy: 'Give each request a progress token of its own.',
    async run(context) {
      const used = new Map<unknown, Set<JsonValue>>();
      for (const { each, token } of ownTokens(context)) {
        const tokens = used.get(each.connection) ?? new Set();
        used.set(each.connection, tokens);
        // The suite answers no request of a server, so that all of them are still running.
        if (tokens.has(token)) breachAt(each, 'two requests of the server have the same progress token');
        tokens.add(token);
      }
    },
  },
];

function reports(context: CheckContext): (Seen & { readonly token: JsonValue | undefined })[] {
  seenResponses(context);
  const found = seen(context, 'notification').filter(({ message }) => message.method === 'notifications/progress');
  if (found.length === 0) notApplicable('the server reported no progress; --probe-tool or --slow-tool may name a tool that does');
  return found.map((each) => ({ ...each, token: isObject(each.message.params) ? each.message.params.progressToken : undefined }));
}

function ownTokens(context: CheckContext): { readonly each: Seen; readonly token: JsonValue }[] {
  seenResponses(context);
  const found = seen(context, 'request').flatMap((each) => {
    const { params } = each.message;
    const meta = isObject(params) ? params._meta : undefined;
    return isObject(meta) && meta.progressToken !== undefined ? [{ each, token: meta.progressToken }] : [];
  });
  if (found.length === 0) notApplicable('the server sent no request with a progress token');
  return found;
}
