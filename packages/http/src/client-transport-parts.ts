/*
 * What a client of MCP over HTTP is built from, beside the client that sends its requests: the tokens, the redirects, the user's wishes, and
 * the words and marks of its errors.
 */
export type {
  AuthFunction,
  AuthOptions,
  AuthProvider,
  InsufficientScopeContext,
  OAuthProvider,
  OAuthTokens,
  UnauthorizedContext,
} from './client/auth-provider.js';
export { Authorization, type AuthorizationSettings, type ClientAuthorizationOptions, type Refusal } from './client/authorization.js';
export { type BearerChallenge, parseBearerChallenge } from './client/bearer-challenge.js';
export { describeStatus, quote } from './client/error-text.js';
export { readErrorText } from './client/read-error-text.js';
export {
  followRedirects,
  parseRedirect,
  type Redirect,
  type Redirected,
  type RedirectPolicy,
  toRedirectPolicy,
  whyNotFollowed,
} from './client/redirect.js';
export {
  markAuthorization,
  markHttpError,
  markInsufficientScope,
  markUnauthorized,
  type ScopeDetails,
  type StatusDetails,
} from './client/sdk-marks.js';
export { createAuthorizationFetch, createUserFetch, type FetchLike, needsFetch, type UserFetchOptions } from './client/user-fetch.js';
export { UserWaits } from './client/user-waits.js';
