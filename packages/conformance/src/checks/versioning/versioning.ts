import { eraOf, MetaKey, parseMetaKey, supportedVersionsOf } from '@mcpwire/protocol';
import type { Check } from '../../check.js';
import { ensure, notApplicable } from '../../expect.js';
import type { JsonObject } from '../../inbox.js';
import { CLIENT_INFO, errorOf, isObject } from '../../session.js';
import { listsOf } from '../lists.js';
import { breachInGreeting } from '../observed.js';
import { EVERY_TRANSPORT, MODERN } from '../scope.js';

const UNKNOWN_VERSION = '1900-01-01';
const UNSUPPORTED = -32022;

export const versioningChecks: readonly Check[] = [
  {
    id: 'versioning/unsupported',
    level: 'must',
    title: 'A request in a version that the server lacks gets the error -32022, with the versions that it has',
    spec: ['versioning.unsupported'],
    transports: EVERY_TRANSPORT,
    revisions: MODERN,
    uses: 'shared',
    remedy: 'Look at the version of every request first, and answer with -32022 and data {supported, requested} if you do not have it.',
    async run(context) {
      const session = await context.session();
      const methods = [
        'server/discover',
        ...listsOf(context.server.capabilities)
          .slice(0, 1)
          .map(({ method }) => method),
      ];
      for (const method of methods) {
        await context.control(`${method} is answered in ${context.revision}`, () => session.result(method));
        const error = errorOf(
          await session.request(method, undefined, { meta: { [MetaKey.ProtocolVersion]: UNKNOWN_VERSION } }),
          `${method} in version ${UNKNOWN_VERSION}`,
        );
        ensure(error.code === UNSUPPORTED, 'the error for a version that the server lacks has another code', {
          expected: { code: UNSUPPORTED },
          received: error,
        });
        const supported = supportedVersionsOf(error as JsonObject & { code: number });
        ensure(
          supported?.includes(context.revision) === true,
          'the error for a version that the server lacks does not list those that it has',
          {
            expected: { data: { supported: context.server.revisions, requested: UNKNOWN_VERSION } },
            received: error,
          },
        );
        const requested = isObject(error.data) ? error.data.requested : undefined;
        ensure(requested === UNKNOWN_VERSION, 'the error for a version that the server lacks does not repeat that version', {
          expected: { data: { requested: UNKNOWN_VERSION } },
          received: error,
        });
      }
    },
  },
  {
    id: 'versioning/extension-ids',
    level: 'must',
    title: 'Extensions are declared under identifiers with a prefix',
    spec: ['versioning.extension-ids'],
    transports: EVERY_TRANSPORT,
    revisions: MODERN,
    uses: 'shared',
    remedy: 'Name extensions as _meta keys are named, with a prefix: com.example/name.',
    async run(context) {
      const { extensions } = context.server.capabilities;
      if (!isObject(extensions) || Object.keys(extensions).length === 0) notApplicable('the server declares no extensions');
      for (const id of Object.keys(extensions)) {
        if (parseMetaKey(id)?.prefix === undefined) {
          breachInGreeting(context, `the identifier of an extension, ${JSON.stringify(id)}, is none`, 'com.example/name', id);
        }
      }
    },
  },
  {
    id: 'versioning/initialize-error-names-versions',
    level: 'should',
    title: 'A server without legacy revisions names the versions that it has when it refuses initialize',
    spec: ['versioning.initialize-error-names-versions'],
    transports: EVERY_TRANSPORT,
    revisions: MODERN,
    remedy: 'Put the versions that you support into the error for initialize: people with old clients will read it.',
    async run(context) {
      if (context.server.revisions.some((revision) => eraOf(revision) === 'legacy'))
        notApplicable('the server supports legacy revisions, too');
      const session = await context.connect();
      await context.control('server/discover is answered', () => session.alive());
      const request = {
        jsonrpc: '2.0',
        id: session.nextId(),
        method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT_INFO },
      };
      const { mark } = session;
      await session.connection.send(request);
      const error = errorOf(await session.answerTo(request.id, { mark, method: 'initialize' }), 'initialize');
      ensure(JSON.stringify(error).includes(context.revision), 'the error for initialize does not name the versions that the server has', {
        expected: context.revision,
        received: error,
      });
    },
  },
];
