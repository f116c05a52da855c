import type { Check } from '../../check.js';
import { ensure, notApplicable } from '../../expect.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { isObject } from '../../session.js';
import { AUTHORIZATION, fetchFrom, foundMetadata, refused, SERVER_METADATA } from './authorization-probes.js';
import { HTTP_LEGACY, type HttpContext, LEGACY_HTTP } from './scope.js';

const MARCH_2025 = HTTP_LEGACY.filter((revision) => revision === '2025-03-26');

/** Where authorization is to be had. */
export const authorizationEndpointChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...AUTHORIZATION,
    id: 'auth/https',
    level: 'must',
    title: 'Authorization endpoints are reached over HTTPS',
    spec: ['auth.https', 'auth.communication'],
    remedy: 'Serve authorization over HTTPS alone; loopback addresses are excepted while you develop.',
    async run(context) {
      await refused(context);
      const urls = context.revision === '2025-03-26' ? await endpointUrls(context) : await serverUrls(context);
      if (urls.length === 0) notApplicable('the server names no authorization endpoints');
      for (const url of urls) {
        const { protocol, hostname } = new URL(url);
        const local = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
        ensure(protocol === 'https:' || local, `${url} is not reached over HTTPS`, { expected: 'https:', received: url });
      }
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'auth/as-metadata',
    level: 'should',
    title: 'Authorization Server Metadata is published at the root of the host',
    spec: ['auth.as-metadata', 'auth.base-url'],
    revisions: MARCH_2025,
    remedy: 'Publish issuer, authorization_endpoint and token_endpoint at /.well-known/oauth-authorization-server (RFC 8414).',
    async run(context) {
      await refused(context);
      const reply = await fetchFrom(context, new URL(SERVER_METADATA, (await context.open()).connection.url));
      const metadata = reply.status === 200 ? reply.json() : undefined;
      ensure(
        isObject(metadata) && ['issuer', 'authorization_endpoint', 'token_endpoint'].every((name) => typeof metadata[name] === 'string'),
        'there is no Authorization Server Metadata',
        { expected: { issuer: '…', authorization_endpoint: '…', token_endpoint: '…' }, received: reply.describe() },
      );
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'auth/default-uris',
    level: 'must',
    title: 'A server without Authorization Server Metadata has /authorize, /token and /register',
    spec: ['auth.default-uris', 'auth.base-url'],
    revisions: MARCH_2025,
    remedy: 'Serve the three at the root of the host, or publish metadata that says where they are.',
    async run(context) {
      await refused(context);
      const { url } = (await context.open()).connection;
      const metadata = await fetchFrom(context, new URL(SERVER_METADATA, url));
      if (metadata.status === 200 && isObject(metadata.json())) notApplicable('the server publishes Authorization Server Metadata');
      for (const path of ['/authorize', '/token', '/register']) {
        const reply = await fetchFrom(context, new URL(path, url));
        ensure(reply.status !== 404, `there is no ${path}, nor metadata that leads elsewhere`, {
          expected: 'any status but 404',
          received: reply.describe(),
        });
      }
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'auth/dynamic-registration',
    level: 'should',
    title: 'Clients can register themselves',
    spec: ['auth.dynamic-registration'],
    revisions: MARCH_2025,
    remedy: 'Offer dynamic client registration (RFC 7591), and name its address as registration_endpoint.',
    async run(context) {
      await refused(context);
      const { url } = (await context.open()).connection;
      const reply = await fetchFrom(context, new URL(SERVER_METADATA, url));
      const metadata = reply.status === 200 ? reply.json() : undefined;
      if (isObject(metadata)) {
        ensure(typeof metadata.registration_endpoint === 'string', 'the metadata names no registration_endpoint', { received: metadata });
        return;
      }
      const register = await fetchFrom(context, new URL('/register', url));
      ensure(register.status !== 404, 'there is no /register', { expected: 'any status but 404', received: register.describe() });
    },
  },
];

async function serverUrls(context: HttpContext): Promise<string[]> {
  const { authorization_servers: servers } = await foundMetadata(context);
  return (Array.isArray(servers) ? servers : []).filter((each): each is string => typeof each === 'string' && URL.canParse(each));
}

async function endpointUrls(context: HttpContext): Promise<string[]> {
  const reply = await fetchFrom(context, new URL(SERVER_METADATA, (await context.open()).connection.url));
  const metadata = reply.status === 200 ? reply.json() : undefined;
  if (!isObject(metadata)) return [];
  return ['authorization_endpoint', 'token_endpoint', 'registration_endpoint'].flatMap((name) => {
    const value = metadata[name];
    return typeof value === 'string' && URL.canParse(value) ? [value] : [];
  });
}
