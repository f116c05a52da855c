import { MetaKey } from '@mcpwire/protocol';
import type { Check, CheckContext } from '../../check.js';
import { breach } from '../../expect.js';
import type { JsonObject } from '../../inbox.js';
import { isObject } from '../../session.js';
import { isLegacyRefusal } from '../legacy-refusal.js';
import { kindOf } from '../observed.js';
import { EVERY_REVISION, EVERY_TRANSPORT } from '../scope.js';
import { survive } from '../survive.js';

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;

export const malformedChecks: readonly Check[] = [
  {
    id: 'jsonrpc/parse-error',
    level: 'must',
    title: 'Text that is no JSON gets the error -32700 or nothing, and does not disturb what follows',
    spec: ['jsonrpc.parse-error'],
    transports: EVERY_TRANSPORT,
    revisions: EVERY_REVISION,
    uses: 'shared',
    remedy: 'Answer what cannot be parsed with the error code -32700 and no id, and read on.',
    async run(context) {
      const texts = ['this is no JSON', '{"jsonrpc":"2.0","id":"cut-off","method":"ping"', "{'jsonrpc': '2.0'}", '\\'];
      await probe(
        context,
        texts,
        'text that is no JSON',
        (message) => {
          if (!isObjectError(message)) return 'text that is no JSON was answered with a result';
          if (message.error.code !== PARSE_ERROR) return 'the error for text that is no JSON has another code';
          if (message.id !== undefined && message.id !== null)
            return 'the error for text that is no JSON has an id, which nobody can have read';
          return undefined;
        },
        { code: PARSE_ERROR },
      );
    },
  },
  {
    id: 'jsonrpc/invalid-request',
    level: 'must',
    title: 'JSON that is no request gets the error -32600 or nothing, and does not disturb what follows',
    spec: ['jsonrpc.invalid-request'],
    transports: EVERY_TRANSPORT,
    revisions: EVERY_REVISION,
    uses: 'shared',
    remedy: 'Answer JSON that is no request with the error code -32600, and read on.',
    async run(context) {
      const texts = [
        '42',
        '"text"',
        'null',
        '{}',
        '{"jsonrpc":"2.0","id":"no-method"}',
        '{"jsonrpc":"2.0","id":"wrong-method","method":5}',
      ];
      await probe(
        context,
        texts,
        'JSON that is no request',
        (message) => {
          if (!isObjectError(message)) return 'JSON that is no request was answered with a result';
          return message.error.code === INVALID_REQUEST ? undefined : 'the error for JSON that is no request has another code';
        },
        { code: INVALID_REQUEST },
      );
    },
  },
  {
    id: 'jsonrpc/invalid-request-null-id',
    level: 'must',
    title: 'A request whose id is null is not served: it gets the error -32600 or nothing',
    spec: ['jsonrpc.invalid-request'],
    transports: EVERY_TRANSPORT,
    revisions: EVERY_REVISION,
    uses: 'shared',
    remedy: 'MCP allows no null ids: answer such a request with the error code -32600, or ignore it.',
    async run(context) {
      const session = await context.session();
      const text = JSON.stringify({ ...session.createRequest(session.livenessMethod), id: null });
      await probe(
        context,
        [text],
        'a request whose id is null',
        (message) => {
          if (!isObjectError(message)) return 'a request whose id is null was answered with a result';
          return message.error.code === INVALID_REQUEST ? undefined : 'the error for a request whose id is null has another code';
        },
        { code: INVALID_REQUEST },
      );
    },
  },
  {
    id: 'jsonrpc/version-member-wrong-rejected',
    level: 'should',
    title: 'A request that does not say "jsonrpc": "2.0" is not served',
    spec: ['jsonrpc.version-member'],
    transports: EVERY_TRANSPORT,
    revisions: EVERY_REVISION,
    uses: 'shared',
    remedy: 'Answer requests of any other JSON-RPC, or of none, with the error code -32600.',
    async run(context) {
      const session = await context.session();
      const texts = ['1.0', 2, undefined].map((version) => {
        const { jsonrpc: _, ...request } = session.createRequest(session.livenessMethod);
        return JSON.stringify(version === undefined ? request : { jsonrpc: version, ...request });
      });
      const what = 'a request that does not say "jsonrpc": "2.0"';
      await probe(context, texts, what, (message) => (isObjectError(message) ? undefined : `${what} was served`), {
        code: INVALID_REQUEST,
      });
    },
  },
];

/** Sends each text as one message; every response that they provoke is put to `fault`, which says what is wrong with it. */
async function probe(
  context: CheckContext,
  texts: readonly string[],
  what: string,
  fault: (message: JsonObject) => string | undefined,
  expected: JsonObject,
): Promise<void> {
  const session = await context.session();
  await context.control('a right request is answered', () => session.alive());
  const { mark } = session;
  const before = new Set(session.connection.sent.ids);
  for (const text of texts) await session.connection.sendText(text);
  const own = new Set(session.connection.sent.ids);
  await survive(context, session, `after ${what}`);
  for (const { message } of session.messagesSince(mark)) {
    if (kindOf(message) !== 'response') continue;
    const { id } = message;
    // Answers to requests from before or after, and those to somebody else's, which other checks are about.
    const isOwn = (own.has(id ?? null) && !before.has(id ?? null)) || texts.some((text) => text.includes(`"id":${JSON.stringify(id)}`));
    if (id !== undefined && id !== null && !isOwn) continue;
    const { error } = message;
    if (isObject(error) && texts.every((text) => !text.includes(MetaKey.ProtocolVersion)) && isLegacyRefusal(context, error)) continue;
    const why = fault(message);
    if (why !== undefined) breach(why, { expected: { error: expected }, received: message });
  }
}

function isObjectError(message: JsonObject): message is JsonObject & { error: JsonObject } {
  return typeof message.error === 'object' && message.error !== null && !Array.isArray(message.error);
}
