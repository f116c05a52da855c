import type { Check } from '../../check.js';
import { ensure, notApplicable } from '../../expect.js';
import type { HttpReply } from '../../raw/http-reply.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { MODERN } from '../scope.js';
import {
  AUTHORIZATION,
  INVALID_TOKEN,
  knock,
  metadataUrl,
  paramOf,
  refused,
  refusedBy401,
  resourceMetadata,
  SINCE_NOVEMBER_2025,
} from './authorization-probes.js';
import { HTTP_LEGACY } from './scope.js';

const MARCH_2025 = HTTP_LEGACY.filter((revision) => revision === '2025-03-26');
const JUNE_2025 = HTTP_LEGACY.filter((revision) => revision === '2025-06-18');

/** How a server that asks for authorization refuses who has none. Needs no authorization server: only the credentials that the caller gave. */
export const authorizationChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...AUTHORIZATION,
    id: 'auth/401',
    level: 'must',
    title: 'A request without the authorization that the server needs gets status 401',
    spec: ['auth.401'],
    revisions: MARCH_2025,
    remedy: 'Answer requests without credentials with status 401.',
    async run(context) {
      const reply = await refused(context);
      ensure(reply.status === 401, `a request without credentials got status ${reply.status}`, {
        expected: 'status 401',
        received: reply.describe(),
      });
    },
  },
  {
    ...AUTHORIZATION,
    id: 'auth/token-invalid-401',
    level: 'must',
    title: 'A request with a token that is none gets status 401',
    spec: ['auth.token.validated', 'auth.token.invalid-401'],
    remedy: 'Validate every token, and answer requests with one that is wrong with status 401.',
    async run(context) {
      await refused(context);
      const reply = await knock(context, { Authorization: `Bearer ${INVALID_TOKEN}` });
      ensure(reply.status === 401, `a request with an invalid token got status ${reply.status}`, {
        expected: 'status 401',
        received: reply.describe(),
      });
    },
  },
  {
    ...AUTHORIZATION,
    id: 'auth/token-error-response',
    level: 'must',
    title: 'The refusal of a token has a Bearer challenge in WWW-Authenticate',
    spec: ['auth.token.error-response'],
    remedy: 'Send WWW-Authenticate: Bearer error="invalid_token" with the 401 for a token that is not valid.',
    async run(context) {
      await refused(context);
      const reply = await knock(context, { Authorization: `Bearer ${INVALID_TOKEN}` });
      if (reply.status !== 401)
        notApplicable('the server does not answer an invalid token with 401, which auth/token-invalid-401 is about');
      const challenge = reply.headers['www-authenticate'];
      ensure(challenge !== undefined && /(?:^|,)\s*bearer\b/i.test(challenge), 'the 401 for an invalid token has no Bearer challenge', {
        expected: 'WWW-Authenticate: Bearer …',
        received: challenge ?? 'no WWW-Authenticate',
      });
      const error = paramOf(challenge, 'error');
      ensure(
        error === undefined || ['invalid_request', 'invalid_token', 'insufficient_scope'].includes(error),
        `the challenge for an invalid token has the error ${JSON.stringify(error)}, which does not exist`,
        { expected: 'invalid_token', received: challenge },
      );
    },
  },
  {
    ...AUTHORIZATION,
    id: 'auth/error-status',
    level: 'must',
    title: 'Failed authorization gets status 401, 403 or 400',
    spec: ['auth.error-status'],
    remedy: 'Answer missing and wrong tokens with 401, missing scopes with 403, and malformed authorization with 400.',
    async run(context) {
      const replies: [string, HttpReply][] = [['no Authorization', await refused(context)]];
      for (const value of [`Bearer ${INVALID_TOKEN}`, 'Bearer', 'Conformance nonsense']) {
        replies.push([`the Authorization "${value}"`, await knock(context, { Authorization: value })]);
      }
      for (const [what, reply] of replies) {
        ensure([400, 401, 403].includes(reply.status), `a request with ${what} got status ${reply.status}`, {
          expected: '401, 403 or 400',
          received: reply.describe(),
        });
      }
    },
  },
  {
    ...AUTHORIZATION,
    id: 'auth/www-authenticate',
    level: 'must',
    title: 'A 401 leads to the Protected Resource Metadata by its WWW-Authenticate header',
    spec: ['auth.www-authenticate'],
    revisions: JUNE_2025,
    remedy: 'Send WWW-Authenticate: Bearer resource_metadata="https://…/.well-known/oauth-protected-resource" with each 401.',
    async run(context) {
      const reply = await refusedBy401(context);
      ensure(metadataUrl(reply) !== undefined, 'the WWW-Authenticate header of a 401 does not lead to metadata', {
        expected: 'resource_metadata="https://…"',
        received: reply.headers['www-authenticate'] ?? 'no WWW-Authenticate',
      });
    },
  },
  {
    ...AUTHORIZATION,
    id: 'auth/challenge-scope',
    level: 'should',
    title: 'The WWW-Authenticate header of a 401 says which scope to ask for',
    spec: ['auth.challenge.scope'],
    revisions: SINCE_NOVEMBER_2025,
    remedy: 'Put scope="…" into WWW-Authenticate.',
    async run(context) {
      const reply = await refusedBy401(context);
      const challenge = reply.headers['www-authenticate'];
      ensure(challenge !== undefined && paramOf(challenge, 'scope') !== undefined, 'the challenge of a 401 names no scope', {
        expected: 'scope="…"',
        received: challenge ?? 'no WWW-Authenticate',
      });
    },
  },
  {
    ...AUTHORIZATION,
    id: 'auth/no-offline-access',
    level: 'should',
    title: 'Neither the challenge nor the metadata asks for the scope offline_access',
    spec: ['auth.no-offline-access'],
    revisions: MODERN,
    remedy: 'Leave offline_access out of WWW-Authenticate and of scopes_supported: whether it wants refresh tokens is for a client to say.',
    async run(context) {
      const reply = await refused(context);
      const { found } = await resourceMetadata(context);
      const places: [string, string[]][] = [
        ['the challenge', (paramOf(reply.headers['www-authenticate'] ?? '', 'scope') ?? '').split(' ')],
        ['the metadata', Array.isArray(found?.scopes_supported) ? found.scopes_supported.map(String) : []],
      ];
      for (const [place, scopes] of places)
        ensure(!scopes.includes('offline_access'), `${place} asks for the scope offline_access`, { received: scopes });
    },
  },
];
