import { type Challenge, type ChallengeOptions, toChallengeResponse } from './challenge.js';
import type { HttpHandler, HttpRequest, HttpResponse } from './message.js';
import type { Principal } from './principal.js';

/** Finds out who sent a request. What it throws is answered with 500, as a fault of the server. */
export type Authenticate = (request: HttpRequest) => Principal | Challenge | Promise<Principal | Challenge>;

/** `handler` for requests that `authenticate` lets in, with `request.principal` set; the others are answered with the challenge. */
export function authenticated(handler: HttpHandler, authenticate: Authenticate, options?: ChallengeOptions): HttpHandler {
  const decide = (request: HttpRequest, verdict: Principal | Challenge): HttpResponse | Promise<HttpResponse> => {
    if ('status' in verdict) return toChallengeResponse(verdict, options);
    request.principal = verdict;
    return handler(request);
  };
  return (request) => {
    const verdict = authenticate(request);
    return verdict instanceof Promise ? verdict.then((settled) => decide(request, settled)) : decide(request, verdict);
  };
}

export interface BearerOptions {
  /** Looks the token up or checks its signature, its issuer and its audience. Undefined: not a token of ours. */
  verify: (token: string, request: HttpRequest) => Principal | undefined | Promise<Principal | undefined>;
  /** The principal must have all of these, or is told so with 403. */
  requiredScopes?: readonly string[] | undefined;
}

/**
 * Bearer tokens from the Authorization header, and from nowhere else (RFC 6750 section 2.1). `Principal.expiresAtMs` is
 * checked here; whether the token was meant for this server is for `verify` to say.
 */
export function bearerAuthentication(options: BearerOptions): Authenticate {
  const { verify, requiredScopes = [] } = options;
  return async (request) => {
    const authorization = request.headers.authorization;
    if (authorization === undefined || !/^bearer(?: |$)/i.test(authorization)) return { status: 401, scopes: requiredScopes };
    const token = parseBearerToken(authorization);
    if (token === undefined) return invalidToken('The Authorization header holds no bearer token.', requiredScopes);
    const principal = await verify(token, request);
    if (!principal) return invalidToken('The access token is not known here.', requiredScopes);
    if (principal.expiresAtMs !== undefined && principal.expiresAtMs <= Date.now()) {
      return invalidToken('The access token has expired.', requiredScopes);
    }
    const has = new Set(principal.scopes);
    if (requiredScopes.every((scope) => has.has(scope))) return principal;
    return { status: 403, error: 'insufficient_scope', description: 'The access token lacks a scope.', scopes: requiredScopes };
  };
}

const bearer = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/** The token in an Authorization header; undefined for another scheme, or for what is no b64token (RFC 6750 section 2.1). */
export function parseBearerToken(authorization: string): string | undefined {
  return bearer.exec(authorization.trimEnd())?.[1];
}

function invalidToken(description: string, scopes: readonly string[]): Challenge {
  return { status: 401, error: 'invalid_token', description, scopes };
}
