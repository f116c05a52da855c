import type { FetchLike } from './user-fetch.js';

/** What is known when the server answers 401. */
export interface UnauthorizedContext {
  /** The server's answer; its `WWW-Authenticate` says what it wants. */
  response: Response;
  serverUrl: URL;
  /** For requests to the authorization server. */
  fetchFn: FetchLike;
}

/** What is known when the server answers 403 with `insufficient_scope`. */
export interface InsufficientScopeContext extends UnauthorizedContext {
  /** The scopes that the server asks for, separated by spaces. */
  scope: string | undefined;
}

/** Bearer tokens. What implements the interface of the same name of the official MCP SDK, v2, is one; here nothing need be a promise. */
export interface AuthProvider {
  /** Called before every request. */
  token(): string | undefined | Promise<string | undefined>;
  /** Called when the token was refused; the request is repeated once it resolves. Requests refused meanwhile wait for it as well. */
  onUnauthorized?(context: UnauthorizedContext): void | Promise<void>;
}

/** The part of the official SDK's `OAuthClientProvider` that is read here. The rest is between it and `auth`. */
export interface OAuthProvider {
  tokens(): OAuthTokens | undefined | Promise<OAuthTokens | undefined>;
  // biome-ignore lint/suspicious/noExplicitAny: what it takes and gives differs between v1 and v2, and nothing here looks at it.
  clientInformation(...args: any[]): unknown;
}

export interface OAuthTokens {
  access_token: string;
  scope?: string | undefined;
}

/** `auth` of the official SDK, v1 or v2. */
export type AuthFunction = (
  // biome-ignore lint/suspicious/noExplicitAny: the provider's whole type belongs to the SDK that `auth` is from.
  provider: any,
  // biome-ignore lint/suspicious/noExplicitAny: as are its options; `AuthOptions` names those that are set.
  options: any,
) => Promise<'AUTHORIZED' | 'REDIRECT'>;

/** What `auth` is called with. */
export interface AuthOptions {
  serverUrl: URL;
  authorizationCode?: string | undefined;
  iss?: string | undefined;
  scope?: string | undefined;
  resourceMetadataUrl?: URL | undefined;
  forceReauthorization?: boolean | undefined;
  skipIssuerMetadataValidation?: boolean | undefined;
  fetchFn: FetchLike;
}

export function isOAuthProvider(provider: AuthProvider | OAuthProvider): provider is OAuthProvider {
  return 'tokens' in provider && typeof provider.tokens === 'function' && typeof provider.clientInformation === 'function';
}
