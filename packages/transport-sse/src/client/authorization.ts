import type { HttpClientResponse } from '@mcpwire/http';
import {
  type AuthFunction,
  type AuthOptions,
  type AuthProvider,
  isOAuthProvider,
  type OAuthProvider,
  type UnauthorizedContext,
} from './auth-provider.js';
import { fromAuthorization, statusError, unauthorized } from './errors.js';
import type { FetchLike } from './options.js';

export interface AuthorizationOptions {
  readonly authProvider?: AuthProvider | OAuthProvider | undefined;
  readonly auth?: AuthFunction | undefined;
  readonly skipIssuerMetadataValidation?: boolean | undefined;
  readonly serverUrl: URL;
  readonly fetchFn: FetchLike;
}

/** Tokens, and what to do when the server refuses one. */
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

  /** Whether there is a token to be asked for before each request. */
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
  async renew(what: string, response: HttpClientResponse, text: string, refused: string | undefined): Promise<void> {
    const wwwAuthenticate = response.headers['www-authenticate'];
    this.#note(wwwAuthenticate);
    const refusal = statusError(what, { status: 401, text, wwwAuthenticate }, false);
    const canRenew = this.#oauth ? this.#options.auth !== undefined : this.#provider?.onUnauthorized !== undefined;
    // Another request's renewal, or the provider by itself, may have brought another token meanwhile.
    if (this.#renewal === undefined && this.isProvided && (await this.token()) !== refused) return;
    if (!canRenew) throw refusal;
    this.#renewal ??= this.#renew(response, text).finally(() => {
      this.#renewal = undefined;
    });
    await this.#renewal;
  }

  /** The second half of an OAuth flow whose first half ended in a redirect of the user. */
  async finish(authorizationCode: string): Promise<void> {
    await this.#runFlow({ authorizationCode });
  }

  async #renew(response: HttpClientResponse, text: string): Promise<void> {
    try {
      if (this.#oauth) await this.#runFlow({});
      else await this.#provider?.onUnauthorized?.(this.#context(response, text));
    } catch (error) {
      throw fromAuthorization(error);
    }
  }

  async #runFlow(more: Partial<AuthOptions>): Promise<void> {
    const { auth, serverUrl, fetchFn, skipIssuerMetadataValidation } = this.#options;
    const details = { status: 401, text: '' };
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
    throw unauthorized('The user has to authorize this client; then call finishAuth with the code, and connect again.', details);
  }

  /** What the challenge says where the tokens come from (RFC 9728 section 5.1) and which are wanted. */
  #note(wwwAuthenticate: string | undefined): void {
    if (wwwAuthenticate === undefined) return;
    const url = /\bresource_metadata="([^"]{1,2048})"/i.exec(wwwAuthenticate)?.[1];
    if (url !== undefined && URL.canParse(url)) this.#resourceMetadataUrl = new URL(url);
    this.#scope = /\bscope="([^"]{1,2048})"/i.exec(wwwAuthenticate)?.[1] ?? this.#scope;
  }

  #context({ status, headers }: HttpClientResponse, text: string): UnauthorizedContext {
    const fields = Object.entries(headers).filter((field): field is [string, string] => field[1] !== undefined);
    const { serverUrl, fetchFn } = this.#options;
    return { response: new Response(text, { status, headers: fields }), serverUrl: new URL(serverUrl), fetchFn };
  }
}
