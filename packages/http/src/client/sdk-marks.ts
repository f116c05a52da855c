/*
 * The official MCP SDK v2 tells errors of HTTP apart by marks of its own, so that it knows them whichever copy of it threw them; its
 * client decides by them whether a server is a legacy one, and whether to ask its user for credentials. These put the marks on errors of
 * whatever class, and return what they were given.
 */
const errorBrands = Symbol.for('mcp.sdk.errorBrands');
const authSeamEscape = Symbol.for('mcp.authSeamEscape');

/** An HTTP status that is an error, and the beginning of what came with it. */
export interface StatusDetails {
  status: number;
  text: string;
  [detail: string]: unknown;
}

/** What a 403 with `insufficient_scope` says. */
export interface ScopeDetails extends StatusDetails {
  requiredScope: string | undefined;
  resourceMetadataUrl: URL | undefined;
  errorDescription: string | undefined;
}

/** The server's answer was an error: v2 knows it by `instanceof SdkHttpError`, with `status` and `data`. */
export function markHttpError<E extends Error>(error: E, details: StatusDetails, ...brands: readonly string[]): E {
  const { status, text } = details;
  return Object.defineProperties(error, {
    [errorBrands]: { value: new Set(['mcp.SdkError', 'mcp.SdkHttpError', ...brands]), configurable: true },
    data: { value: { status, statusText: '', text }, configurable: true },
    status: { value: status, configurable: true },
    statusText: { value: '', configurable: true },
  });
}

/** 401. Both versions know it by its name, v2 also by `instanceof UnauthorizedError`. */
export function markUnauthorized<E extends Error>(error: E, details: StatusDetails): E {
  Object.defineProperty(error, 'name', { value: 'UnauthorizedError', configurable: true });
  return markAuthorization(markHttpError(error, details, 'mcp.UnauthorizedError'));
}

/** 403 with `insufficient_scope`. v2 knows it by `instanceof InsufficientScopeError`, with what the server wants beside. */
export function markInsufficientScope<E extends Error>(error: E, details: ScopeDetails): E {
  const { requiredScope, resourceMetadataUrl, errorDescription } = details;
  markHttpError(error, details, 'mcp.OAuthClientFlowError', 'mcp.InsufficientScopeError');
  return markAuthorization(Object.assign(error, { requiredScope, resourceMetadataUrl, errorDescription }));
}

/** What an `authProvider` or the OAuth flow threw: whatever it is, it says nothing about the server's revision. */
export function markAuthorization<T>(error: T): T {
  if (typeof error === 'object' && error !== null && Object.isExtensible(error)) {
    Object.defineProperty(error, authSeamEscape, { value: true, configurable: true });
  }
  return error;
}
