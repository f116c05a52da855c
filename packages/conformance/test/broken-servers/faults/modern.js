import { ProtocolError } from '../correct-server.js';
import { override } from './override.js';

const REVISION = '2026-07-28';
const META = 'io.modelcontextprotocol/';
const versionOf = (params) => params?._meta?.[`${META}protocolVersion`];
const clientOf = (params) => params?._meta?.[`${META}clientInfo`]?.name;

/** Faults of what only 2026-07-28 has. */
export const modern = {
  'no-discover': {
    is: 'has no server/discover',
    caughtBy: ['discover/implemented'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'discover', () => {
        throw server.unknownMethod();
      }),
  },
  'discover-without-ttl': {
    is: 'leaves ttlMs out of the result of server/discover',
    caughtBy: ['discover/result'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'discover', (old) => ({ ...old(), ttlMs: undefined })),
  },
  'discover-lists-too-much': {
    is: 'lists a version that it does not serve',
    caughtBy: ['discover/result-versions-served'],
    isAskedForAll: true,
    revision: REVISION,
    apply: ({ server }) => {
      server.legacy = server.legacy.filter((version) => version !== '2025-06-18');
      override(server, 'discover', (old) => ({ ...old(), supportedVersions: [...old().supportedVersions, '2025-06-18'] }));
    },
  },
  'anonymous-results': {
    is: 'does not say in its results who it is',
    caughtBy: ['meta/result-server-info'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'resultResponse', (old, message, result) => {
        const response = old(message, result);
        if (response.result._meta) delete response.result._meta[`${META}serverInfo`];
        return response;
      }),
  },
  'any-modern-version': {
    is: 'serves requests in any version',
    caughtBy: ['versioning/unsupported'],
    neighbours: { 'stateless/no-prior-version': 'a request in an unknown version is among its three' },
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'checkMeta', (old, params, method) => {
        const meta = params?._meta ?? {};
        old({ ...params, _meta: { ...meta, ...(versionOf(params) && { [`${META}protocolVersion`]: REVISION }) } }, method);
      }),
  },
  'wrong-version-error': {
    is: 'has another error for a version that it lacks',
    caughtBy: ['versioning/unsupported'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'unsupported', () => new ProtocolError(-32602, 'Unsupported version')),
  },
  'version-error-without-list': {
    is: 'does not list its versions in the error for one that it lacks',
    caughtBy: ['versioning/unsupported', 'error-codes/defined-meaning'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'unsupported', () => new ProtocolError(-32022, 'Unsupported version')),
  },
  'extension-without-prefix': {
    is: 'declares an extension without a prefix',
    caughtBy: ['versioning/extension-ids'],
    revision: REVISION,
    apply: ({ server }) => {
      server.capabilities = { ...server.capabilities, extensions: { ui: {} } };
    },
  },
  'unhelpful-initialize-error': {
    is: 'does not name its versions when it refuses initialize',
    caughtBy: ['versioning/initialize-error-names-versions'],
    revision: REVISION,
    modernOnly: true,
    apply: ({ server }) => override(server, 'refuseInitialize', () => server.unknownMethod()),
  },
  'needs-discover-first': {
    is: 'serves nothing before server/discover',
    caughtBy: ['stateless/no-prior-context'],
    neighbours: { 'stateless/any-connection': 'its second connection begins with a list' },
    revision: REVISION,
    apply: ({ server }) => {
      let discovered = false;
      override(server, 'serveModern', (old, message, answer) => {
        discovered ||= message.method === 'server/discover';
        if (!discovered) throw new ProtocolError(-32600, 'server/discover comes first');
        return old(message, answer);
      });
    },
  },
  'sticky-version': {
    is: 'goes by the version of the request before',
    caughtBy: ['stateless/no-prior-version'],
    revision: REVISION,
    apply: ({ server }) => {
      let sticky = false;
      override(server, 'checkMeta', (old, params, method) => {
        if (sticky) {
          sticky = false;
          throw server.unsupported('the last one');
        }
        sticky = versionOf(params) === '1900-01-01';
        old(params, method);
      });
    },
  },
  'one-client': {
    is: 'takes a connection for one client',
    caughtBy: ['stateless/many-tasks'],
    neighbours: { 'meta/info-no-behaviour': 'it changes the name of the client, too' },
    revision: REVISION,
    apply: ({ server }) => {
      let client;
      override(server, 'checkMeta', (old, params, method) => {
        old(params, method);
        client ??= clientOf(params);
        if (clientOf(params) !== client) throw new ProtocolError(-32600, 'Another client has this connection');
      });
    },
  },
  'list-by-process': {
    is: 'lists something else in each process',
    caughtBy: ['stateless/any-connection'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'tools', (old) => old().map((tool) => ({ ...tool, name: `${tool.name}-${globalThis.process.pid}` }))),
  },
  'favourite-client': {
    is: 'has more tools for a client of a certain name',
    caughtBy: ['meta/info-no-behaviour'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'tools', (old, { params }) =>
        clientOf(params) === 'claude-ai' ? [...old(), { ...old()[0], name: 'secret' }] : old(),
      ),
  },
  'no-client-capabilities': {
    is: 'does without the client capabilities in a request',
    caughtBy: ['meta/request-missing-rejected'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'checkMeta', (old, params, method) => {
        if (versionOf(params) !== REVISION) old(params, method);
      }),
  },
  'modern-ping': {
    is: 'pings its client',
    caughtBy: ['patterns/no-server-requests', 'stdio/stdout-no-requests'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'discover', (old) => {
        server.send({ jsonrpc: '2.0', id: 'ping', method: 'ping' });
        return old();
      }),
  },
  'cancels-what-is-no-subscription': {
    is: 'cancels what is no subscription',
    caughtBy: ['cancellation/server-only-listen'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'discover', (old) => {
        server.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
        return old();
      }),
  },
  'no-result-type': {
    is: 'has results without resultType',
    caughtBy: ['jsonrpc/result-type-present'],
    neighbours: { 'lists/as-declared': 'the schema of lists has it' },
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'resultResponse', (old, message, result) => {
        const response = old(message, result);
        if (message.method === 'prompts/list') delete response.result.resultType;
        return response;
      }),
  },
  'odd-result-type': {
    is: 'has results of a kind that nobody knows',
    caughtBy: ['jsonrpc/result-type-known'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'resultResponse', (old, message, result) =>
        old(message, message.method === 'prompts/list' ? { ...result, resultType: 'done' } : result),
      ),
  },
  'trace-in-disorder': {
    is: 'passes on trace context that is none',
    caughtBy: ['meta/trace-format'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'discover', (old) => ({ ...old(), _meta: { traceparent: 'abc' } })),
  },
};
