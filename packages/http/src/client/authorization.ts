import type { HttpClientResponse } from '../http-client.js';
import {
  type AuthFunction,
  type AuthOptions,
  type AuthProvider,
  type InsufficientScopeContext,
  isOAuthProvider,
  type OAuthProvider,
  type UnauthorizedContext,
} from './auth-provider.js';
import { type BearerChallenge, parseBearerChallenge } from './bearer-challenge.js';
import { quote } from './error-text.js';
import { readErrorText } from './read-error-text.js';
import { markAuthorization, markInsufficientScope, markUnauthorized, type StatusDetails } from './sdk-marks.js';
import type { FetchLike } from './user-fetch.js';

/** What a user says of tokens. */
export interface ClientAuthorizationOptions {
  /** Where the bearer token comes from, and what to do when it is refused. */
  authProvider?: AuthProvider | OAuthProvider | undefined;
  /** The official SDK's `auth`, which runs the OAuth flow of an `authProvider` that is an `OAuthClientProvider`. */
  auth?: AuthFunction | undefined;
  /** Handed on to `auth`. It weakens a check of the authorization server. */
  skipIssuerMetadataValidation?: boolean | undefined;
  /**
   * On 403 with `insufficient_scope`: `reauthorize`, the default, asks for more by `auth`; `throw` rejects with `forbidden`. A function is
   * called, and the request repeated once it resolves.
   */
  onInsufficientScope?: 'reauthorize' | 'throw' | ((context: InsufficientScopeContext) => Promise<void>) | undefined;
  /** How often one request may ask for more scope. Default 1. */
  maxStepUpRetries?: number | undefined;
}

export interface AuthorizationSettings extends ClientAuthorizationOptions {
  readonly serverUrl: string | URL;
  /** What `auth` sends its requests with. */
  readonly fetchFn: FetchLike;
  /** So much is read of the body of a refusal. */
  readonly maxErrorBodyBytes: number;
  /** Makes the error, of whatever class, that a refusal comes down to. */
  readonly createError: (code: 'unauthorized' | 'forbidden', message: string, details: StatusDetails) => Error;
}

/** A refusal: the response, and the beginning of its body. */
export interface Refusal {
  readonly response: HttpClientResponse;
  readonly text: string;
}

/** Bearer tokens, and what to do when a server refuses one (RFC 6750; MCP 2026-07-28, basic/authorization). */
export class Authorization {
  readonly #settings: AuthorizationSettings;
  readonly #provider: AuthProvider | undefined;
  readonly #oauth: OAuthProvider | undefined;
  #resourceMetadataUrl: URL | undefined;
  #scope: string | undefined;
  /** One renewal at a time: requests that are refused together would otherwise each ask for a token. */
  #renewal: Promise<void> | undefined;

  constructor(settings: AuthorizationSettings) {
    this.#settings = settings;
    const { authProvider } = settings;
    if (authProvider && isOAuthProvider(authProvider)) this.#oauth = authProvider;
    else this.#provider = authProvider;
  }

  /** Whether requests carry a token, so that one has to be asked for before each: `request` does that. */
  get isProvided(): boolean {
    return this.#provider !== undefined || this.#oauth !== undefined;
  }

  /**
   * Calls `send` with a token, and again with another where the server refuses it: once after a 401, `maxStepUpRetries` times after a 403
   * with `insufficient_scope`.
   *
   * @returns what `send` resolved to at last, be it another refusal
   * @throws what `createError` made (as a rejection) where no better token is to be had, what the provider threw, what `send` threw
   */
  async request<T extends { readonly response: HttpClientResponse }>(send: (token: string | undefined) => Promise<T>): Promise<T> {
    for (let renewed = false, widened = 0; ; ) {
      const token = await this.#token();
      const sent = await send(token);
      const { response } = sent;
      if (response.status === 401 && !renewed) {
        renewed = true;
        await this.#renew(await this.#read(response), token);
      } else if (response.status === 403 && challengeOf(response).error === 'insufficient_scope') {
        await this.#widen(await this.#read(response), widened++);
      } else {
        return sent;
      }
    }
  }

  /** The error that a 401 stands for about which nothing could be done. */
  toError({ response, text }: Refusal): Error {
    const { error, errorDescription = error } = challengeOf(response);
    const wwwAuthenticate = response.headers['www-authenticate'];
    const why = errorDescription === undefined ? '' : `: ${quote(errorDescription)}`;
    return this.#unauthorized(`The server requires authorization (HTTP 401)${why}`, {
      status: 401,
      text,
      ...(wwwAuthenticate !== undefined && { wwwAuthenticate }),
    });
  }

  /**
   * The second half of an OAuth flow whose first half ended in a redirect of the user.
   * @param codeOrParams the authorization code, or the parameters of the callback, `iss` included
   */
  async finish(codeOrParams: string | URLSearchParams, iss?: string): Promise<void> {
    const isCode = typeof codeOrParams === 'string';
    const authorizationCode = isCode ? codeOrParams : codeOrParams.get('code');
    if (!authorizationCode) {
      throw this.#unauthorized('The parameters of the callback have no authorization code.', { status: 401, text: '' });
    }
    const issuer = isCode ? iss : (codeOrParams.get('iss') ?? undefined);
    await this.#runFlow({ authorizationCode, ...(issuer !== undefined && { iss: issuer }) }, '');
  }

  async #token(): Promise<string | undefined> {
    try {
      return this.#oauth ? (await this.#oauth.tokens())?.access_token : await this.#provider?.token();
    } catch (error) {
      throw markAuthorization(error);
    }
  }

  async #read(response: HttpClientResponse): Promise<Refusal> {
    return { response, text: await readErrorText(response.body, this.#settings.maxErrorBodyBytes) };
  }

  /** After a 401. Resolves when the request is worth repeating. */
  async #renew(refusal: Refusal, refused: string | undefined): Promise<void> {
    this.#note(refusal);
    // Another request's renewal, or the provider by itself, may have brought another token meanwhile.
    if (this.#renewal === undefined && (await this.#token()) !== refused) return;
    const canRenew = this.#oauth ? this.#settings.auth !== undefined : this.#provider?.onUnauthorized !== undefined;
    if (!canRenew) throw this.toError(refusal);
    this.#renewal ??= this.#runRenewal(refusal).finally(() => {
      this.#renewal = undefined;
    });
    await this.#renewal;
  }

  async #runRenewal(refusal: Refusal): Promise<void> {
    try {
      if (this.#oauth) await this.#runFlow({}, refusal.text);
      else await this.#provider?.onUnauthorized?.(this.#context(refusal));
    } catch (error) {
      throw markAuthorization(error);
    }
  }

  /** After a 403 with `insufficient_scope`. Resolves when the request is worth repeating. */
  async #widen(refusal: Refusal, attempt: number): Promise<void> {
    const { onInsufficientScope = 'reauthorize', maxStepUpRetries = 1 } = this.#settings;
    const challenge = this.#note(refusal);
    const canAsk =
      typeof onInsufficientScope === 'function' || (onInsufficientScope === 'reauthorize' && this.#oauth && this.#settings.auth);
    if (!canAsk || attempt >= maxStepUpRetries) throw this.#insufficientScope(refusal, challenge, attempt);
    try {
      if (typeof onInsufficientScope === 'function') await onInsufficientScope({ ...this.#context(refusal), scope: challenge.scope });
      else await this.#reauthorize(refusal, challenge);
    } catch (error) {
      throw markAuthorization(error);
    }
  }

  async #reauthorize(refusal: Refusal, challenge: BearerChallenge): Promise<void> {
    const tokens = await this.#oauth?.tokens();
    const scope = unionOf(this.#scope, tokens?.scope, challenge.scope);
    this.#scope = scope;
    // A refresh never widens a scope (RFC 6749, section 6).
    const forceReauthorization = scope !== unionOf(tokens?.scope);
    await this.#runFlow({ forceReauthorization }, refusal.text);
  }

  async #runFlow(more: Partial<AuthOptions>, text: string): Promise<void> {
    const { auth, serverUrl, fetchFn, skipIssuerMetadataValidation } = this.#settings;
    const details = { status: 401, text };
    if (!this.#oauth || !auth) {
      throw this.#unauthorized(
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
    throw this.#unauthorized('The user has to authorize this client; then call finishAuth with the code, and try again.', details);
  }

  /** What the challenge says where the tokens come from (RFC 9728, section 5.1) and which are wanted. */
  #note({ response }: Refusal): BearerChallenge {
    const challenge = challengeOf(response);
    if (challenge.resourceMetadataUrl) this.#resourceMetadataUrl = challenge.resourceMetadataUrl;
    if (response.status === 401) this.#scope = unionOf(this.#scope, challenge.scope);
    return challenge;
  }

  #context({ response, text }: Refusal): UnauthorizedContext {
    const headers = new Headers();
    for (const [name, value] of Object.entries(response.headers)) if (value !== undefined) headers.set(name, value);
    return {
      response: new Response(text, { status: response.status, headers }),
      serverUrl: new URL(this.#settings.serverUrl),
      fetchFn: this.#settings.fetchFn,
    };
  }

  #unauthorized(message: string, details: StatusDetails): Error {
    return markUnauthorized(this.#settings.createError('unauthorized', message, details), details);
  }

  #insufficientScope({ text }: Refusal, { scope, resourceMetadataUrl, errorDescription }: BearerChallenge, attempts: number): Error {
    const wanted = scope === undefined ? '' : `: it wants ${quote(scope)}`;
    const again = attempts > 0 ? `, after it was asked for ${attempts} time${attempts === 1 ? '' : 's'}` : '';
    const message = `The token's scope does not suffice for the server (HTTP 403)${wanted}${again}`;
    const details = { status: 403, text, requiredScope: scope, resourceMetadataUrl, errorDescription };
    return markInsufficientScope(this.#settings.createError('forbidden', message, details), details);
  }
}

function challengeOf({ headers }: HttpClientResponse): BearerChallenge {
  return parseBearerChallenge(headers['www-authenticate']);
}

/** Scopes, each once, in the order in which they first appear. */
function unionOf(...scopes: Array<string | undefined>): string | undefined {
  const all = new Set(scopes.flatMap((scope) => scope?.split(' ').filter((each) => each !== '') ?? []));
  return all.size === 0 ? undefined : [...all].join(' ');
}
