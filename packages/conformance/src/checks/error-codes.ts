import type { Check, CheckContext } from '../check.js';
import type { JsonObject } from '../inbox.js';
import { isObject } from '../session.js';
import { isLegacyRefusal } from './legacy-refusal.js';
import { breachAt, type Seen, seenErrors, seenResults } from './observed.js';
import { EVERY_TRANSPORT, MODERN } from './scope.js';

const common = { transports: EVERY_TRANSPORT, revisions: MODERN, uses: 'after' } as const;
const STANDARD = new Set([-32700, -32600, -32601, -32602, -32603]);
const DEFINED = new Set([-32020, -32021, -32022]);
const RETIRED = new Set([-32002, -32042]);

type SeenError = Seen & { readonly error: JsonObject };

/** The codes of every error that came. */
export const errorCodeChecks: readonly Check[] = [
  {
    ...common,
    id: 'error-codes/avoid-legacy',
    level: 'should',
    title: 'No error has a code from -32000 to -32019',
    spec: ['error-codes.avoid-legacy'],
    remedy: 'Use a standard code of JSON-RPC, or one of your own outside of -32768 to -32000.',
    run: async (context) =>
      eachCode(
        context,
        (code) => code <= -32000 && code >= -32019 && !RETIRED.has(code),
        'a code that new software leaves alone, from -32000 to -32019',
      ),
  },
  {
    ...common,
    id: 'error-codes/reserved-defined',
    level: 'must',
    title: 'Of the codes from -32020 to -32099 only defined ones are sent',
    spec: ['error-codes.reserved-defined'],
    remedy: 'These codes belong to the specification: use one of your own outside of -32768 to -32000.',
    run: async (context) =>
      eachCode(
        context,
        (code) => code <= -32020 && code >= -32099 && !DEFINED.has(code) && !RETIRED.has(code),
        'a code that is reserved for the specification, and that it does not define',
      ),
  },
  {
    ...common,
    id: 'error-codes/defined-meaning',
    level: 'must',
    title: 'The codes -32020, -32021 and -32022 are sent for what they are defined for',
    spec: ['error-codes.defined-meaning'],
    remedy: '-32020 is for HTTP headers, -32021 for missing client capabilities, -32022 for unsupported versions.',
    async run(context) {
      for (const each of seenErrors(context)) {
        const { code, data } = each.error;
        const details = isObject(data) ? data : {};
        if (code === -32020 && context.transport === 'stdio') breachAt(each, 'the error -32020 is about HTTP headers, and stdio has none');
        if (code === -32022 && !Array.isArray(details.supported)) breachAt(each, 'the error -32022 does not list supported versions');
        if (code === -32021 && !isObject(details.requiredCapabilities))
          breachAt(each, 'the error -32021 does not list required capabilities');
      }
    },
  },
  {
    ...common,
    id: 'error-codes/retired',
    level: 'must',
    title: 'The codes -32002 and -32042 of earlier revisions are not sent',
    spec: ['error-codes.retired'],
    remedy: 'Answer with -32602 for a resource that does not exist; ask for input with input_required.',
    run: async (context) => eachCode(context, (code) => RETIRED.has(code), 'a code that this revision no longer has'),
  },
  {
    ...common,
    id: 'error-codes/own-outside-range',
    level: 'should',
    title: 'Error codes of the server itself lie outside of -32768 to -32000',
    spec: ['error-codes.own-outside-range'],
    remedy: 'Number your own errors outside of the range that JSON-RPC reserves.',
    run: async (context) =>
      eachCode(
        context,
        (code) => code >= -32768 && code <= -32100 && !STANDARD.has(code),
        'a code of its own in the range that JSON-RPC reserves',
      ),
  },
];

export const resultTypeChecks: readonly Check[] = [
  {
    ...common,
    id: 'jsonrpc/result-type-present',
    level: 'must',
    title: 'Each result says its kind in resultType',
    spec: ['jsonrpc.result.type-present'],
    remedy: 'Put "resultType": "complete" into results.',
    run: async (context) => {
      for (const each of modernResults(context)) {
        if (typeof each.result.resultType !== 'string') breachAt(each, 'a result has no resultType', { resultType: 'complete' });
      }
    },
  },
  {
    ...common,
    id: 'jsonrpc/result-type-known',
    level: 'must',
    title: 'Results are of a kind that the specification knows, or an extension that was declared',
    spec: ['jsonrpc.result.type-known'],
    remedy: 'Use "complete" or "input_required"; other kinds come with an extension that both sides declare.',
    run: async (context) => {
      const { extensions } = context.server.capabilities;
      if (isObject(extensions) && Object.keys(extensions).length > 0) return;
      for (const each of modernResults(context)) {
        const { resultType } = each.result;
        if (typeof resultType === 'string' && resultType !== 'complete' && resultType !== 'input_required') {
          breachAt(each, `a result is of the kind ${JSON.stringify(resultType)}, which nobody knows`, ['complete', 'input_required']);
        }
      }
    },
  },
];

/** A server of both eras may have served a request without modern _meta as a legacy one. */
function modernResults(context: CheckContext): (Seen & { readonly result: JsonObject })[] {
  return seenResults(context).filter(({ connection, message }) => !connection.sent.legacyIds.has(message.id ?? null));
}

function eachCode(context: CheckContext, isWrong: (code: number) => boolean, what: string): void {
  for (const each of seenErrors(context) as SeenError[]) {
    const { code } = each.error;
    if (typeof code !== 'number' || each.connection.sent.legacyIds.has(each.message.id ?? null)) continue;
    // Without an id it is about something that could not be read, and so may have counted as legacy.
    if ((each.message.id ?? null) === null && isLegacyRefusal(context, each.error)) continue;
    if (isWrong(code)) breachAt(each, `an error has ${what}: ${code}`);
  }
}
