import { eraOf, MetaKey } from '@mcpwire/protocol';
import type { Check } from '../../check.js';
import { ensure, notApplicable } from '../../expect.js';
import type { JsonObject } from '../../inbox.js';
import { CLIENT_INFO, errorOf, isObject } from '../../session.js';
import { breachAt, seenErrors, seenResults } from '../observed.js';
import { EVERY_TRANSPORT, MODERN } from '../scope.js';

const INVALID_PARAMS = -32602;
const MISSING_CAPABILITY = -32021;
const common = { level: 'must', transports: EVERY_TRANSPORT, revisions: MODERN } as const;
/** Kinds of `inputRequests`, and the client capability that each needs. */
const INPUT_CAPABILITIES: Readonly<Record<string, string>> = {
  'roots/list': 'roots',
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
};

export const requestMetaChecks: readonly Check[] = [
  {
    ...common,
    id: 'meta/request-missing-rejected',
    title: 'A request that lacks a required _meta field gets the error -32602',
    spec: ['meta.request.missing-rejected'],
    uses: 'shared',
    remedy: 'Check each request for io.modelcontextprotocol/protocolVersion and …/clientCapabilities, and answer with -32602 without them.',
    async run(context) {
      const session = await context.session();
      await context.control('server/discover is answered', () => session.alive());
      const modernOnly = !context.server.revisions.some((revision) => eraOf(revision) === 'legacy');
      const metas: (JsonObject | undefined)[] = [{ [MetaKey.ProtocolVersion]: context.revision, [MetaKey.ClientInfo]: CLIENT_INFO }];
      // Without the version, a server of both eras takes a request for a legacy one.
      if (modernOnly) metas.push({ [MetaKey.ClientCapabilities]: {} }, {}, undefined);
      for (const _meta of metas) {
        const id = session.nextId();
        const { mark } = session;
        await session.connection.send({ jsonrpc: '2.0', id, method: 'server/discover', ...(_meta && { params: { _meta } }) });
        const what = `a request whose _meta has only ${Object.keys(_meta ?? {}).join(' and ') || 'nothing'}`;
        const error = errorOf(await session.answerTo(id, { mark, method: 'server/discover' }), what);
        ensure(error.code === INVALID_PARAMS, `${what} got another error`, { expected: { code: INVALID_PARAMS }, received: error });
      }
    },
  },
  {
    ...common,
    id: 'meta/capabilities-not-relied',
    title: 'The server asks a client for nothing that the request does not declare',
    spec: ['meta.capabilities.not-relied'],
    uses: 'after',
    remedy: 'Before you return input_required, look into the clientCapabilities of the request.',
    async run(context) {
      const asking = seenResults(context).filter(({ result }) => result.resultType === 'input_required');
      if (asking.length === 0) notApplicable('the server asked the client for nothing');
      for (const each of asking) {
        const requests = isObject(each.result.inputRequests) ? Object.values(each.result.inputRequests) : [];
        for (const request of requests) {
          const method = isObject(request) ? String(request.method) : '';
          const capability = Object.hasOwn(INPUT_CAPABILITIES, method) ? INPUT_CAPABILITIES[method] : undefined;
          // The suite's requests declare nothing.
          if (capability !== undefined) breachAt(each, `${method} was asked of a client that did not declare ${capability}`);
        }
      }
    },
  },
  {
    ...common,
    id: 'meta/capabilities-error',
    title: 'The error -32021 lists the capabilities that the request lacks',
    spec: ['meta.capabilities.error'],
    uses: 'after',
    remedy: 'Put data.requiredCapabilities into the error, shaped as client capabilities are.',
    async run(context) {
      const errors = seenErrors(context).filter(({ error }) => error.code === MISSING_CAPABILITY);
      if (errors.length === 0) notApplicable('no request needed a capability that it did not declare');
      for (const each of errors) {
        const { data } = each.error;
        const required = isObject(data) ? data.requiredCapabilities : undefined;
        if (!isObject(required) || Object.keys(required).length === 0) {
          breachAt(each, 'the error -32021 does not list the capabilities that are missing', { data: { requiredCapabilities: {} } });
        }
      }
    },
  },
];
