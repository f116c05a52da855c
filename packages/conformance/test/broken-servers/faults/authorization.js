import { override } from './override.js';

const MARCH = '2025-03-26';
const JUNE = '2025-06-18';
const NOVEMBER = '2025-11-25';
const RESOURCE = '/.well-known/oauth-protected-resource/mcp';
const SERVER = '/.well-known/oauth-authorization-server';
const isProtected = { variant: 'protected' };

const changes =
  (path, change) =>
  ({ wire }) => {
    const document = wire.documents[path];
    wire.documents[path] = () => change(document());
  };
const answers =
  (applies, status) =>
  ({ wire }) =>
    override(wire, 'isAuthorized', (old, request, response) => {
      if (!applies(request.headers.authorization)) return old(request, response);
      wire.refuse(response, status);
      return false;
    });
const challenges =
  (change) =>
  ({ wire }) =>
    override(wire, 'challenge', (old, details) => change(old(details)));

/** Faults of servers that ask for authorization. */
export const authorization = {
  'anonymous-403': {
    is: 'answers requests without credentials with status 403',
    caughtBy: ['auth/401'],
    revision: MARCH,
    ...isProtected,
    apply: answers((value) => value === undefined, 403),
  },
  'invalid-token-403': {
    is: 'answers requests with an invalid token with status 403',
    caughtBy: ['auth/token-invalid-401'],
    revision: NOVEMBER,
    ...isProtected,
    apply: answers((value) => value === 'Bearer conformance-no-such-token', 403),
  },
  'takes-any-token': {
    is: 'takes any token',
    caughtBy: ['auth/token-invalid-401', 'auth/error-status'],
    revision: NOVEMBER,
    ...isProtected,
    apply: ({ wire }) =>
      override(wire, 'isAuthorized', (old, request, response) => request.headers.authorization !== undefined || old(request, response)),
  },
  'no-challenge': {
    is: 'refuses tokens without a challenge',
    caughtBy: ['auth/token-error-response'],
    revision: MARCH,
    ...isProtected,
    apply: ({ wire }) => {
      wire.unauthorized = (response) => wire.refuse(response, 401);
    },
  },
  'odd-authorization-500': {
    is: 'fails on authorization of another kind',
    caughtBy: ['auth/error-status'],
    revision: NOVEMBER,
    ...isProtected,
    apply: answers((value) => value !== undefined && !value.startsWith('Bearer'), 500),
  },
  'challenge-without-metadata': {
    is: 'sends a challenge that leads to no metadata',
    caughtBy: ['auth/www-authenticate'],
    revision: JUNE,
    ...isProtected,
    apply: challenges((challenge) => challenge.replace(/resource_metadata="[^"]*", /, '')),
  },
  'no-metadata': {
    is: 'publishes no metadata',
    caughtBy: ['auth/resource-metadata', 'auth/resource-metadata-discovery'],
    revision: NOVEMBER,
    ...isProtected,
    apply: ({ wire }) => {
      wire.documents[RESOURCE] = undefined;
    },
  },
  'metadata-without-resource': {
    is: 'publishes metadata that does not name the resource',
    caughtBy: ['auth/resource-metadata'],
    revision: NOVEMBER,
    ...isProtected,
    apply: changes(RESOURCE, (document) => ({ ...document, resource: undefined })),
  },
  'metadata-without-servers': {
    is: 'publishes metadata without authorization servers',
    caughtBy: ['auth/resource-metadata-servers'],
    revision: NOVEMBER,
    ...isProtected,
    apply: changes(RESOURCE, (document) => ({ ...document, authorization_servers: [] })),
  },
  'resource-with-slash': {
    is: 'writes its address with a slash at the end',
    caughtBy: ['auth/uri-no-slash'],
    revision: NOVEMBER,
    ...isProtected,
    apply: changes(RESOURCE, (document) => ({ ...document, resource: `${document.resource}/` })),
  },
  'challenge-without-scope': {
    is: 'sends a challenge without a scope',
    caughtBy: ['auth/challenge-scope'],
    revision: NOVEMBER,
    ...isProtected,
    apply: challenges((challenge) => challenge.replace(/, scope="[^"]*"/, '')),
  },
  'authorization-without-tls': {
    is: 'names an authorization server without HTTPS',
    caughtBy: ['auth/https'],
    revision: NOVEMBER,
    ...isProtected,
    apply: changes(RESOURCE, (document) => ({ ...document, authorization_servers: ['http://authorization.example'] })),
  },
  'endpoints-without-tls': {
    is: 'names authorization endpoints without HTTPS',
    caughtBy: ['auth/https'],
    revision: MARCH,
    ...isProtected,
    apply: changes(SERVER, (document) => ({ ...document, token_endpoint: 'http://authorization.example/token' })),
  },
  'metadata-without-endpoints': {
    is: 'publishes Authorization Server Metadata without endpoints',
    caughtBy: ['auth/as-metadata'],
    revision: MARCH,
    ...isProtected,
    apply: changes(SERVER, ({ issuer, registration_endpoint }) => ({ issuer, registration_endpoint })),
  },
  'no-default-addresses': {
    is: 'has neither metadata nor the default addresses',
    caughtBy: ['auth/default-uris'],
    neighbours: { 'auth/as-metadata': 'it has no metadata' },
    revision: MARCH,
    variant: 'protected-without-metadata',
    apply: ({ wire }) => {
      wire.documents['/token'] = undefined;
    },
  },
  'no-registration': {
    is: 'lets no clients register',
    caughtBy: ['auth/dynamic-registration'],
    revision: MARCH,
    ...isProtected,
    apply: changes(SERVER, (document) => ({ ...document, registration_endpoint: undefined })),
  },
};
