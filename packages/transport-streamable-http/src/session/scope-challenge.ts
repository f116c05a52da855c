import { type HttpRequest, type HttpResponse, resourceMetadataUrl, toChallengeResponse } from '@mcpwire/http';
import { isJsonRpcError, isRequest, type JsonRpcRequest, type Parsed } from '@mcpwire/jsonrpc';
import { type SdkAuthInfo, SdkPrincipal } from './sdk-auth.js';

/** Scopes that a request takes and its token lacks, as SDK v2's `requireScopes` and tools' `scopeChallenge` tell. */
export interface ScopeChallenge {
  scopes: readonly [string, ...string[]];
  errorDescription?: string | undefined;
}

/** Says which scopes are missing for a message; undefined when none are. */
export type ScopeChallengeResolver = (context: {
  request: JsonRpcRequest;
  authInfo?: SdkAuthInfo;
}) => ScopeChallenge | undefined | Promise<ScopeChallenge | undefined>;

/**
 * The 403 for a POST of which a message needs scopes that its token lacks; undefined when none does.
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#scope-challenge-handling
 */
export async function challengeScopes(
  request: HttpRequest,
  parsed: Parsed,
  resolve: ScopeChallengeResolver,
): Promise<HttpResponse | undefined> {
  const authInfo = request.principal instanceof SdkPrincipal ? request.principal.authInfo : undefined;
  for (const message of Array.isArray(parsed) ? parsed : [parsed]) {
    if (isJsonRpcError(message) || !isRequest(message)) continue;
    const challenge = await resolve({ request: message, ...(authInfo && { authInfo }) });
    if (challenge) return toForbidden(challenge, authInfo);
  }
  return undefined;
}

function toForbidden(
  { scopes, errorDescription: description = 'Insufficient scope' }: ScopeChallenge,
  authInfo: SdkAuthInfo | undefined,
): HttpResponse {
  const { resource } = authInfo ?? {};
  const isHttp = resource?.protocol === 'https:' || resource?.protocol === 'http:';
  const url = authInfo?.resourceMetadataUrl ?? (resource && isHttp ? resourceMetadataUrl(resource) : undefined);
  return toChallengeResponse({ status: 403, error: 'insufficient_scope', description, scopes }, { resourceMetadataUrl: url });
}
