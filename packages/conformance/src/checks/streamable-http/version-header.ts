import type { Check } from '../../check.js';
import { ensure, notApplicable } from '../../expect.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { since } from '../scope.js';
import { controlPing, HTTP_LEGACY, isRefused, openQuietly, postPing } from './scope.js';

const common = {
  transports: ['streamable-http'],
  revisions: HTTP_LEGACY.filter((revision) => since('2025-06-18').includes(revision)),
} as const;

export const versionHeaderChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...common,
    id: 'streamable-http/version-header-invalid-400',
    level: 'must',
    title: 'A request with an MCP-Protocol-Version that nobody supports gets status 400',
    spec: ['streamable-http.version-header.invalid-400'],
    remedy: 'Compare MCP-Protocol-Version with the versions that you support, and answer others with status 400.',
    async run(context) {
      const session = await openQuietly(context);
      for (const version of ['1900-01-01', 'conformance']) {
        await controlPing(context, session, 'a request in the agreed version');
        const { reply } = await postPing(session, { headers: { 'MCP-Protocol-Version': version } });
        ensure(reply.status === 400, `a request with "MCP-Protocol-Version: ${version}" got status ${reply.status}`, {
          expected: 'status 400',
          received: reply.describe(),
        });
      }
    },
  },
  {
    ...common,
    id: 'streamable-http/version-header-assumed',
    level: 'should',
    title: 'A request without MCP-Protocol-Version is served, as one of 2025-03-26 if nothing else tells',
    spec: ['streamable-http.version-header.assumed'],
    remedy: 'Take the version of the session, or 2025-03-26, where a request has no MCP-Protocol-Version.',
    async run(context) {
      const session = await openQuietly(context);
      await controlPing(context, session, 'a request with MCP-Protocol-Version');
      const { reply } = await postPing(session, { omit: ['MCP-Protocol-Version'] });
      if (isRefused(reply) && !context.server.revisions.includes('2025-03-26'))
        notApplicable('the server does not support 2025-03-26, which is to be assumed');
      // What is to be assumed where nothing else tells the version is not asked of who knows it from the session, and insists on the header.
      if (reply.status === 400 && session.connection.sessionId !== undefined)
        notApplicable('the session tells the server the version, and it insists on the header of that version');
      ensure(reply.status === 200, `a request without MCP-Protocol-Version got status ${reply.status}`, {
        expected: 'status 200',
        received: reply.describe(),
      });
    },
  },
];
