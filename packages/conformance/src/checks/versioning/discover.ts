import { isRevision } from '@mcpwire/protocol';
import type { Check } from '../../check.js';
import { ensure } from '../../expect.js';
import { isObject } from '../../session.js';
import { EVERY_TRANSPORT, MODERN } from '../scope.js';

const common = { level: 'must', transports: EVERY_TRANSPORT, revisions: MODERN, uses: 'shared' } as const;

export const discoverChecks: readonly Check[] = [
  {
    ...common,
    // Not on a session: server/discover is what opens one.
    uses: 'own',
    id: 'discover/implemented',
    title: 'server/discover is answered with a result',
    spec: ['base.core', 'discover.implemented'],
    remedy: 'Implement server/discover; it takes no params but _meta.',
    async run(context) {
      const session = await context.connect();
      await session.result('server/discover');
    },
  },
  {
    ...common,
    id: 'discover/result',
    title: 'The result of server/discover has the supported versions, the capabilities, and what makes it a result that can be cached',
    spec: ['discover.result'],
    remedy: 'Return resultType, supportedVersions, capabilities, ttlMs and cacheScope.',
    async run(context) {
      const session = await context.session();
      const result = await context.control('server/discover is answered', () => session.result('server/discover'));
      context.shape('DiscoverResult', result, 'the result of server/discover');
    },
  },
  {
    ...common,
    id: 'discover/result-versions-served',
    title: 'The server serves each version that server/discover lists, and lists the one that it is serving',
    spec: ['discover.result'],
    remedy: 'List exactly the versions that requests are accepted in.',
    async run(context) {
      const session = await context.session();
      const { supportedVersions } = await context.control('server/discover is answered', () => session.result('server/discover'));
      if (!Array.isArray(supportedVersions)) return;
      ensure(supportedVersions.includes(context.revision), 'server/discover does not list the version of the request that it answered', {
        expected: context.revision,
        received: supportedVersions,
      });
      const unserved = supportedVersions.filter((version) => isRevision(version) && !context.server.revisions.includes(version));
      // HTTP+SSE is another transport than the one of the later revisions: who lists 2024-11-05 may serve it elsewhere.
      const judged = context.transport === 'stdio' ? unserved : unserved.filter((version) => version !== '2024-11-05');
      ensure(judged.length === 0, `server/discover lists ${judged.join(', ')}, and the server does not serve that`, {
        expected: context.server.revisions,
        received: supportedVersions,
      });
    },
  },
  {
    ...common,
    id: 'meta/result-server-info',
    level: 'should',
    title: 'Each result says in its _meta which server it comes from',
    spec: ['meta.result.server-info'],
    remedy: 'Put io.modelcontextprotocol/serverInfo, with name and version, into the _meta of every result.',
    async run(context) {
      const session = await context.session();
      const result = await context.control('server/discover is answered', () => session.result('server/discover'));
      const info = isObject(result._meta) ? result._meta['io.modelcontextprotocol/serverInfo'] : undefined;
      ensure(
        isObject(info) && typeof info.name === 'string' && typeof info.version === 'string',
        'a result does not say which server it comes from',
        {
          expected: { _meta: { 'io.modelcontextprotocol/serverInfo': { name: '…', version: '…' } } },
          received: result._meta ?? 'no _meta',
        },
      );
    },
  },
];
