import { parseMetaKey } from '@mcpwire/protocol';
import type { Check, CheckContext } from '../../check.js';
import { notApplicable } from '../../expect.js';
import type { JsonObject, JsonValue } from '../../inbox.js';
import { isObject } from '../../session.js';
import { breachAt, type Seen, seen, seenResponses } from '../observed.js';
import { EVERY_TRANSPORT, MODERN, since } from '../scope.js';

const common = { level: 'must', transports: EVERY_TRANSPORT, revisions: since('2025-06-18'), uses: 'after' } as const;
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/;
const LABELS = /^[A-Za-z0-9.-]*$/;

/** The `_meta` of everything that the server sent. */
export const metaKeyChecks: readonly Check[] = [
  {
    ...common,
    id: 'meta/prefix',
    title: 'The prefix of a _meta key is made of labels with dots between them and a slash at the end',
    spec: ['meta.prefix'],
    remedy: 'Name your keys as in com.example/name.',
    run: async (context) =>
      eachKey(
        context,
        (key) => {
          const slash = key.indexOf('/');
          return (
            slash === -1 ||
            (LABELS.test(key.slice(0, slash)) &&
              key
                .slice(0, slash)
                .split('.')
                .every((label) => label !== ''))
          );
        },
        'has a prefix that is not made of labels',
      ),
  },
  {
    ...common,
    id: 'meta/label',
    title: 'The labels in the prefix of a _meta key begin with a letter, and have a letter or a digit at the end',
    spec: ['meta.label'],
    remedy: 'Start each label with a letter, and end it with a letter or a digit.',
    run: async (context) =>
      eachKey(
        context,
        (key) => {
          const slash = key.indexOf('/');
          if (slash === -1) return true;
          const labels = key.slice(0, slash).split('.');
          return labels.every((label) => label === '' || !LABELS.test(label) || /^[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/.test(label));
        },
        'has a label that does not start with a letter, or does not end with a letter or digit',
      ),
  },
  {
    ...common,
    id: 'meta/name',
    title: 'The name in a _meta key has a letter or digit at both ends, and nothing unusual between',
    spec: ['meta.name', 'meta.name-characters'],
    remedy: 'Make names of letters, digits, hyphens, underscores and dots, with a letter or digit at both ends.',
    run: async (context) =>
      eachKey(context, (key) => parseMetaKey(key.slice(key.indexOf('/') + 1)) !== undefined, 'has a name that is none'),
  },
  {
    ...common,
    id: 'meta/trace-format',
    title: 'traceparent in _meta is as W3C Trace Context has it',
    spec: ['meta.trace.format'],
    revisions: MODERN,
    remedy: 'Pass on trace context as it is written in HTTP headers.',
    async run(context) {
      let traced = 0;
      for (const { each, meta } of metas(context)) {
        for (const key of ['traceparent', 'tracestate', 'baggage']) {
          const value = meta[key];
          if (value === undefined) continue;
          traced++;
          if (typeof value !== 'string') breachAt(each, `${key} in _meta is no text`);
          else if (key === 'traceparent' && !TRACEPARENT.test(value))
            breachAt(each, 'traceparent in _meta is not as W3C Trace Context has it', '00-<trace id>-<parent id>-<flags>', value);
        }
      }
      if (traced === 0) notApplicable('the server sent no trace context');
    },
  },
];

function eachKey(context: CheckContext, isRight: (key: string) => boolean, why: string): void {
  for (const { each, meta } of metas(context)) {
    for (const key of Object.keys(meta))
      if (!isRight(key)) breachAt(each, `the key ${JSON.stringify(key)} in _meta ${why}`, 'com.example/name', key);
  }
}

/** Every `_meta` at any depth, down to a limit; arguments of tools and the like do not come from servers. */
function metas(context: CheckContext): { readonly each: Seen; readonly meta: JsonObject }[] {
  seenResponses(context);
  const found = seen(context, 'any').flatMap((each) => {
    const inside: JsonObject[] = [];
    collect(each.message, inside, 0);
    return inside.map((meta) => ({ each, meta }));
  });
  if (found.length === 0) notApplicable('the server sent no _meta');
  return found;
}

function collect(value: JsonValue, found: JsonObject[], depth: number): void {
  if (depth > 8 || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const element of value) collect(element, found, depth + 1);
    return;
  }
  if (isObject(value._meta)) found.push(value._meta);
  for (const [key, member] of Object.entries(value)) {
    // Schemas describe values and have none.
    if (key !== 'inputSchema' && key !== 'outputSchema') collect(member, found, depth + 1);
  }
}
