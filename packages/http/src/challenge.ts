import { toQuotedString } from './header-value.js';
import { type HttpResponse, textResponse } from './message.js';

/** Why a request is not let in (RFC 6750 section 3.1). */
export type Challenge =
  /** No credentials, or such as are no good. Without `error` when none were sent. */
  | {
      readonly status: 401;
      readonly error?: 'invalid_token' | 'invalid_request';
      readonly description?: string;
      readonly scopes?: readonly string[];
    }
  /** Good credentials, for less than is asked: `scopes` says what it takes. */
  | { readonly status: 403; readonly error: 'insufficient_scope'; readonly description?: string; readonly scopes: readonly string[] };

export interface ChallengeOptions {
  /** Where the metadata of this resource lies (RFC 9728 section 5.1): clients find the authorization server through it. */
  resourceMetadataUrl?: string | URL | undefined;
  realm?: string | undefined;
}

/** What a scope may be made of (RFC 6749 section 3.3); it is what RFC 6750 lets stand in `scope`. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * The response that refuses a request: `WWW-Authenticate: Bearer` with what the challenge says. Whatever a value holds, it
 * can't leave its quotes.
 */
export function toChallengeResponse(challenge: Challenge, options: ChallengeOptions = {}): HttpResponse {
  const { status, error, description, scopes } = challenge;
  const parameters: string[] = [];
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') parameters.push(`${name}=${toQuotedString(value)}`);
  };
  add('realm', options.realm);
  add('error', error);
  // RFC 6750 section 3 leaves quotes and backslashes out of a description, escaped or not.
  add('error_description', description?.replace(/["\\]/g, "'"));
  add('scope', scopes?.filter((scope) => scopeToken.test(scope)).join(' '));
  add('resource_metadata', options.resourceMetadataUrl === undefined ? undefined : String(options.resourceMetadataUrl));
  const text = description ?? (status === 401 ? 'This takes an access token.' : 'The access token is not good for this.');
  return textResponse(status, `${text}\n`, {
    'www-authenticate': parameters.length === 0 ? 'Bearer' : `Bearer ${parameters.join(', ')}`,
    'cache-control': 'no-store',
  });
}
