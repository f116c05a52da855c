import { type HttpHandler, textResponse } from './message.js';

/** What a protected resource says of itself (RFC 9728 section 2). Names are the RFC's. */
export interface ResourceMetadata {
  /** The resource's own identifier: its URL, without a fragment. */
  readonly resource: string;
  /** Issuer identifiers of the authorization servers whose tokens are taken. */
  readonly authorization_servers?: readonly string[];
  readonly scopes_supported?: readonly string[];
  /** How tokens may be sent. Default `['header']`: nothing else is taken here. */
  readonly bearer_methods_supported?: readonly string[];
  readonly resource_name?: string;
  readonly resource_documentation?: string;
  readonly [parameter: string]: unknown;
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/**
 * Where the metadata of a resource lies: the well-known part goes between its host and its path (RFC 9728 section 3.1).
 * `https://example.com/mcp` has it at `https://example.com/.well-known/oauth-protected-resource/mcp`.
 */
export function resourceMetadataUrl(resource: string | URL): URL {
  const url = new URL(resource);
  url.pathname = WELL_KNOWN + (url.pathname === '/' ? '' : url.pathname);
  url.hash = '';
  return url;
}

/**
 * Serves the metadata document, to pages of any origin: it is public. Route the path of `resourceMetadataUrl` to it.
 * @throws TypeError when `resource` is no absolute URL
 */
export function createResourceMetadataHandler(metadata: ResourceMetadata): HttpHandler {
  if (!URL.canParse(metadata.resource)) throw new TypeError(`resource: ${JSON.stringify(metadata.resource)} is no absolute URL.`);
  const body = JSON.stringify({ bearer_methods_supported: ['header'], ...metadata });
  const open = { 'access-control-allow-origin': '*' };
  return ({ method }) => {
    if (method === 'GET' || method === 'HEAD') {
      return { status: 200, headers: { ...open, 'content-type': 'application/json', 'cache-control': 'public, max-age=3600' }, body };
    }
    if (method === 'OPTIONS')
      return { status: 204, headers: { ...open, 'access-control-allow-methods': 'GET', 'access-control-allow-headers': '*' } };
    return textResponse(405, 'Method Not Allowed\n', { allow: 'GET, HEAD, OPTIONS' });
  };
}
