import { timingSafeEqual } from 'node:crypto';
import {
  authenticated,
  bearerAuthentication,
  createResourceMetadataHandler,
  type HttpHandler,
  type HttpRequest,
  type Principal,
  resourceMetadataUrl,
} from '@mcpwire/http';
import type { Routes } from './http-listener.js';
import type { HttpOptions } from './http-options.js';

/** What the token is good for, and the metadata and the challenges name: all there is. */
const SCOPE = 'mcp';
const SERVER_METADATA = '/.well-known/oauth-authorization-server';

/** The routes behind a token, and where a client that has none learns how to get one. Without `token`, the routes as they are. */
export function withAuthorization(routes: Routes, options: HttpOptions): Routes {
  const { token, authorizationServer } = options;
  if (token === undefined) return routes;
  const all: Record<string, HttpHandler> = {};
  for (const [path, handler] of Object.entries(routes)) {
    const { pathname } = resourceMetadataUrl(`http://localhost${path}`);
    const resourceOf = (request: HttpRequest): string => new URL(path, originOf(request)).href;
    const authenticate = bearerAuthentication({ verify: (given) => verify(given, token), requiredScopes: [SCOPE] });
    all[path] = (request) =>
      authenticated(handler, authenticate, { resourceMetadataUrl: resourceMetadataUrl(resourceOf(request)) })(request);
    // The names that the server goes by are in nobody's configuration, so that the document is made when it is asked for.
    all[pathname] = (request) =>
      createResourceMetadataHandler({
        resource: resourceOf(request),
        authorization_servers: [authorizationServer],
        scopes_supported: [SCOPE],
      })(request);
  }
  // Clients of 2025-03-26 look for it here, whoever issues the tokens.
  all[SERVER_METADATA] = () => ({
    status: 200,
    headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*' },
    body: JSON.stringify(toServerMetadata(authorizationServer)),
  });
  return all;
}

/** The Host is one that the server goes by: the guard before all routes has seen to that. */
function originOf({ headers, encrypted }: HttpRequest): string {
  return `${encrypted ? 'https' : 'http'}://${headers.host ?? 'localhost'}`;
}

function toServerMetadata(issuer: string): object {
  const at = (name: string): string => `${issuer.replace(/\/$/, '')}/${name}`;
  return {
    issuer,
    authorization_endpoint: at('authorize'),
    token_endpoint: at('token'),
    registration_endpoint: at('register'),
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
  };
}

function verify(given: string, token: string): Principal | undefined {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b) ? { id: 'token', token: given, scopes: [SCOPE] } : undefined;
}
