import type { Check } from '../../check.js';
import { ensure, notApplicable } from '../../expect.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { AUTHORIZATION, foundMetadata, resourceMetadata, SINCE_JUNE_2025, SINCE_NOVEMBER_2025 } from './authorization-probes.js';

/** What a server that asks for authorization publishes about itself. */
export const resourceMetadataChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...AUTHORIZATION,
    id: 'auth/resource-metadata-discovery',
    level: 'must',
    title: 'Protected Resource Metadata is found by WWW-Authenticate or at a well-known address',
    spec: ['auth.resource-metadata.discovery', 'auth.discovery-followed'],
    revisions: SINCE_NOVEMBER_2025,
    remedy: 'Put resource_metadata into WWW-Authenticate, or publish the metadata at /.well-known/oauth-protected-resource.',
    async run(context) {
      const { found, tried } = await resourceMetadata(context);
      ensure(found !== undefined, 'no Protected Resource Metadata was found', { expected: 'status 200 at one of them', received: tried });
    },
  },
  {
    ...AUTHORIZATION,
    id: 'auth/resource-metadata',
    level: 'must',
    title: 'Protected Resource Metadata is published, and names the resource',
    spec: ['auth.resource-metadata', 'auth.discovery-followed'],
    revisions: SINCE_JUNE_2025,
    remedy: 'Publish a JSON object with resource and authorization_servers (RFC 9728).',
    async run(context) {
      const { found, tried } = await resourceMetadata(context);
      ensure(found !== undefined, 'no Protected Resource Metadata was found', { expected: 'status 200 at one of them', received: tried });
      ensure(typeof found.resource === 'string' && URL.canParse(found.resource), 'the metadata does not name the resource', {
        expected: { resource: 'https://…' },
        received: found,
      });
    },
  },
  {
    ...AUTHORIZATION,
    id: 'auth/resource-metadata-servers',
    level: 'must',
    title: 'Protected Resource Metadata names at least one authorization server',
    spec: ['auth.resource-metadata.servers'],
    revisions: SINCE_JUNE_2025,
    remedy: 'List your authorization servers in authorization_servers.',
    async run(context) {
      const found = await foundMetadata(context);
      const servers = found.authorization_servers;
      ensure(Array.isArray(servers) && servers.length > 0, 'the metadata names no authorization server', {
        expected: { authorization_servers: ['https://…'] },
        received: found,
      });
    },
  },
  {
    ...AUTHORIZATION,
    id: 'auth/uri-no-slash',
    level: 'should',
    title: 'The address of the server is written without a slash at its end',
    spec: ['auth.uri-no-slash'],
    revisions: SINCE_JUNE_2025,
    remedy: 'Leave the slash at the end of resource out, unless the path needs it.',
    async run(context) {
      const { resource } = await foundMetadata(context);
      if (typeof resource !== 'string') notApplicable('the metadata names no resource, which auth/resource-metadata is about');
      const needed = (await context.open()).connection.url.pathname.endsWith('/') && new URL(resource).pathname !== '/';
      ensure(needed || !resource.endsWith('/'), 'the address of the server ends with a slash', {
        expected: resource.replace(/\/+$/, ''),
        received: resource,
      });
    },
  },
];
