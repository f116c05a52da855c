import type { HttpClientResponse } from '@mcpwire/http';
import { TransportError } from '@mcpwire/jsonrpc';
import {
  type AuthOptions,
  type AuthProvider,
  isOAuthProvider,
  type OAuthProvider,
  type OAuthTokens,
  type UnauthorizedContext,
} from './auth-provider.js';
import { type BearerChallenge, parseBearerChallenge } from './challenge.js';
import { fromAuthorization, insufficientScope, quote, unauthorized } from './errors.js';
import type { FetchLike, StreamableHTTPClientTransportOptions } from './options.js';

export interface AuthorizationOptions extends StreamableHTTPClientTransportOptions {
  serverUrl: string;
  fetchFn: FetchLike;
}

/** A refusal: the response, and the beginning of its body. */
export interface Refusal {
  readonly response: HttpClientResponse;
  readonly text: string;
}

/** Tokens, and what to do when the server refuses one (MCP 2026-07-28, basic/authorization). */
export class Authorization {
  readonly #options: AuthorizationOptions;
  readonly #provider: AuthProvider | undefined;
  readonly #oauth: OAuthProvider | undefined;
  #resourceMetadataUrl: URL | undefined;
  #scope: string | undefined;
  /** One renewal at a time: requests that are refused together would otherwise each ask for a token. */
  #renewal: Promise<void> | undefined;

  constructor(options: AuthorizationOptions) {
    this.#options = options;
    const { authProvider } = options;
    if (authProvider && isOAuthProvider(authProvider)) this.#oauth = authProvider;
    else this.#provider = authProvider;
  }

  /** Whether requests carry a token, so that one has to be asked for before each. */
  get isProvided(): boolean {
    return this.#provider !== undefined || this.#oauth !== undefined;
  }

  async token(): Promise<string | undefined> {
    try {
      return this.#oauth ? (await this.#oauth.tokens())?.access_token : await this.#provider?.token();
    } catch (error) {
      throw fromAuthorization(error);
    }
  }

  /**
   * After a 401. Resolves when the request is worth repeating.
   * @param refused the token that the request had
   * @throws TransportError `unauthorized`, or what the provider threw
   */
  async renew(refusal: Refusal, refused: string | undefined): Promise<void> {
    const challenge = this.#note(refusal);
    if (!this.#oauth && !this.#provider?.onUnauthorized) throw unauthorizedBy(refusal, challenge);
    // Another request's renewal may have brought a new token while this one was under way.
    if (this.#renewal === undefined && (await this.token()) !== refused) return;
    this.#renewal ??= this.#renew(refusal, challenge).finally(() => {
      this.#renewal = undefined;
    });
    await this.#renewal;
  }

  /**
   * After a 403 with `insufficient_scope`. Resolves when the request is worth repeating.
   * @param attempt how often it was tried for this request
   */
  async widen(refusal: Refusal, attempt: number): Promise<void> {
    const { onInsufficientScope = 'reauthorize', maxStepUpRetries = 1 } = this.#options;
    const challenge = this.#note(refusal);
    const { scope, resourceMetadataUrl, errorDescription } = challenge;
    const canAsk =
      typeof onInsufficientScope === 'function' || (onInsufficientScope === 'reauthorize' && this.#oauth && this.#options.auth);
    if (!canAsk || attempt >= maxStepUpRetries) {
      const wanted = scope === undefined ? '' : `: it wants ${quote(scope)}`;
      const again = attempt > 0 ? `, after it was asked for ${attempt} time${attempt === 1 ? '' : 's'}` : '';
      throw insufficientScope(`The token's scope does not suffice for the server (HTTP 403)${wanted}${again}`, {
        status: 403,
        text: refusal.text,
        requiredScope: scope,
        resourceMetadataUrl,
        errorDescription,
      });
    }
    try {
      if (typeof onInsufficientScope === 'function') await onInsufficientScope({ ...this.#context(refusal), scope });
      else await this.#reauthorize(refusal, challenge);
    } catch (error) {
      throw fromAuthorization(error);
    }
  }

  /** The second half of an OAuth flow whose first half ended in a redirect of the user. */
  async finish(codeOrParams: string | URLSearchParams, iss: string | undefined): Promise<void> {
    const isCode = typeof codeOrParams === 'string';
    const authorizationCode = isCode ? codeOrParams : codeOrParams.get('code');
    if (!authorizationCode) throw new TransportError('unauthorized', 'The parameters of the callback have no authorization code.');
    const issuer = isCode ? iss : (codeOrParams.get('iss') ?? undefined);
    await this.#runFlow({ authorizationCode, ...(issuer !== undefined && { iss: issuer }) }, undefined);
  }

  async #renew(refusal: Refusal, challenge: BearerChallenge): Promise<void> {
    try {
      if (!this.#oauth) await this.#provider?.onUnauthorized?.(this.#context(refusal));
      else if (this.#options.auth) await this.#runFlow({}, refusal);
      else throw unauthorizedBy(refusal, challenge);
    } catch (error) {
      throw fromAuthorization(error);
    }
  }

  async #reauthorize(refusal: Refusal, challenge: BearerChallenge): Promise<void> {
    const tokens: OAuthTokens | undefined = await this.#oauth?.tokens();
    const scope = unionOf(this.#scope, tokens?.scope, challenge.scope);
    this.#scope = scope;
    // A refresh never widens a scope (RFC 6749, section 6).
    const forceReauthorization = scope !== unionOf(tokens?.scope);
    await this.#runFlow({ forceReauthorization }, refusal);
  }

  async #runFlow(more: Partial<AuthOptions>, refusal: Refusal | undefined): Promise<void> {
    const { auth, serverUrl, fetchFn, skipIssuerMetadataValidation } = this.#options;
    const details = { status: 401, text: refusal?.text ?? '' };
    if (!this.#oauth || !auth) {
      throw unauthorized(
        'The OAuth flow cannot be run: pass an OAuthClientProvider as authProvider, and the auth function of the official SDK as auth.',
        details,
      );
    }
    const options: AuthOptions = {
      serverUrl: new URL(serverUrl),
      fetchFn,
      ...(this.#resourceMetadataUrl && { resourceMetadataUrl: this.#resourceMetadataUrl }),
      ...(this.#scope !== undefined && { scope: this.#scope }),
      ...(skipIssuerMetadataValidation !== undefined && { skipIssuerMetadataValidation }),
      ...more,
    };
    if ((await auth(this.#oauth, options)) === 'AUTHORIZED') return;
    throw unauthorized('The user has to authorize this client; then call finishAuth with the code.', details);
  }

  #note({ response }: Refusal): BearerChallenge {
    const challenge = parseBearerChallenge(response.headers['www-authenticate']);
    if (challenge.resourceMetadataUrl) this.#resourceMetadataUrl = challenge.resourceMetadataUrl;
    if (response.status === 401) this.#scope = unionOf(this.#scope, challenge.scope);
    return challenge;
  }

  #context({ response, text }: Refusal): UnauthorizedContext {
    const headers = new Headers();
    for (const [name, value] of Object.entries(response.headers)) if (value !== undefined) headers.set(name, value);
    return {
      response: new Response(text, { status: response.status, headers }),
      serverUrl: new URL(this.#options.serverUrl),
      fetchFn: this.#options.fetchFn,
    };
  }
}

/** 401, and nothing that could be done about it. */
export function unauthorizedBy({ response, text }: Refusal, challenge?: BearerChallenge): TransportError {
  const field = response.headers['www-authenticate'];
  const why = challenge?.errorDescription ?? challenge?.error;
  return unauthorized(`The server requires authorization (HTTP 401)${why === undefined ? '' : `: ${quote(why)}`}`, {
    status: 401,
    text,
    ...(field !== undefined && { wwwAuthenticate: field }),
  });
}

/** Scopes, each once, in the order in which they first appear. */
function unionOf(...scopes: Array<string | undefined>): string | undefined {
  const all = new Set(scopes.flatMap((scope) => scope?.split(' ').filter((each) => each !== '') ?? []));
  return all.size === 0 ? undefined : [...all].join(' ');
}
