import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../src/client-fetch.js';
import {
  Authorization,
  type AuthorizationSettings,
  type InsufficientScopeContext,
  parseBearerChallenge,
  type StatusDetails,
  type UnauthorizedContext,
} from '../src/client-transport-parts.js';
import { authenticated, bearerAuthentication, type HttpClientResponse, readText } from '../src/index.js';
import { toFetchHandler } from '../src/web.js';

const SERVER = 'http://localhost/mcp';
const wide = ['read', 'write'];

class Refused extends Error {
  readonly code: string;
  readonly details: StatusDetails;

  constructor(code: string, message: string, details: StatusDetails) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** A server that lets in who has the token `wide`, knows `narrow` as one for less, and remembers every token. */
function serve(options: Partial<AuthorizationSettings>) {
  const tokens: (string | undefined)[] = [];
  const verify = (token: string) =>
    token === 'wide' ? { id: 'a', scopes: wide } : token === 'narrow' ? { id: 'a', scopes: ['read'] } : undefined;
  const guarded = authenticated(() => ({ status: 200, body: 'welcome' }), bearerAuthentication({ verify, requiredScopes: wide }), {
    resourceMetadataUrl: 'https://a.example/meta',
  });
  const client = createHttpClient({ fetch: (url, init) => toFetchHandler(guarded)(new Request(url, init)) });
  const authorization = new Authorization({
    serverUrl: SERVER,
    fetchFn: fetch,
    maxErrorBodyBytes: 1024,
    createError: (code, message, details) => new Refused(code, message, details),
    ...options,
  });
  const request = (): Promise<{ response: HttpClientResponse }> =>
    authorization.request(async (token) => {
      tokens.push(token);
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return { response: await client.request({ url: SERVER, headers }) };
    });
  return { authorization, request, tokens };
}

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as Refused & Record<PropertyKey, unknown>,
  );
const brandsOf = (error: object | undefined) => (error as Record<symbol, Set<string>>)[Symbol.for('mcp.sdk.errorBrands')];

describe('a token that is refused', () => {
  it('is renewed once, by the provider, which is told why', async () => {
    let token = 'old';
    const contexts: UnauthorizedContext[] = [];
    const { request, tokens } = serve({
      authProvider: {
        token: async () => token,
        async onUnauthorized(context) {
          contexts.push(context);
          token = 'wide';
        },
      },
    });
    expect(await readText((await request()).response.body)).toBe('welcome');
    expect(tokens).toEqual(['old', 'wide']);
    const [{ response, serverUrl } = {}] = contexts as [UnauthorizedContext?];
    expect([response?.status, serverUrl?.href, await response?.text()]).toEqual([401, SERVER, 'The access token is not known here.\n']);
    expect(response?.headers.get('www-authenticate')).toContain('resource_metadata="https://a.example/meta"');
  });

  it('is renewed once for all that were refused with it', async () => {
    let token = 'old';
    let renewals = 0;
    const { request } = serve({
      authProvider: {
        token: async () => token,
        async onUnauthorized() {
          renewals++;
          await new Promise((resolve) => setTimeout(resolve, 10));
          token = 'wide';
        },
      },
    });
    const all = await Promise.all(Array.from({ length: 10 }, request));
    expect(all.map(({ response }) => response.status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(renewals).toBe(1);
  });

  it('is not renewed where the provider has another one by now, be it one that cannot renew', async () => {
    const given = ['old', 'wide', 'wide'];
    const { request, tokens } = serve({ authProvider: { token: async () => given.shift() } });
    expect((await request()).response.status).toBe(200);
    expect(tokens).toEqual(['old', 'wide']);
  });

  it('and cannot be renewed is unauthorized, with the marks of the SDK', async () => {
    const error = await caught(serve({ authProvider: { token: async () => 'old' } }).request());
    expect(error).toMatchObject({
      code: 'unauthorized',
      name: 'UnauthorizedError',
      status: 401,
      message: 'The server requires authorization (HTTP 401): "The access token is not known here."',
      details: { status: 401, text: 'The access token is not known here.\n', wwwAuthenticate: expect.stringContaining('Bearer') },
    });
    expect(error).toBeInstanceOf(Refused);
    expect([...(brandsOf(error) ?? [])]).toEqual(['mcp.SdkError', 'mcp.SdkHttpError', 'mcp.UnauthorizedError']);
    expect(error?.[Symbol.for('mcp.authSeamEscape')]).toBe(true);
  });

  it('twice is what the caller gets to see, and is not renewed again', async () => {
    let renewals = 0;
    const { request, authorization } = serve({
      authProvider: {
        token: async () => 'old',
        onUnauthorized: async () => void renewals++,
      },
    });
    const { response } = await request();
    expect([response.status, renewals]).toEqual([401, 1]);
    expect(authorization.toError({ response, text: '' })).toMatchObject({ code: 'unauthorized' });
    response.body.cancel();
  });

  it.each(['token', 'onUnauthorized'])(
    'and a provider whose %s throws: what it threw, marked as nothing of the server’s',
    async (which) => {
      const thrown = new Error('the keychain is locked');
      const fails = () => Promise.reject(thrown);
      const authProvider = { token: which === 'token' ? fails : async () => 'old', onUnauthorized: fails };
      expect(await caught(serve({ authProvider }).request())).toBe(thrown);
      expect((thrown as unknown as Record<symbol, unknown>)[Symbol.for('mcp.authSeamEscape')]).toBe(true);
    },
  );
});

describe('a token for too little', () => {
  it('is forbidden where nobody can be asked, and says what it takes', async () => {
    const error = await caught(serve({ authProvider: { token: async () => 'narrow' } }).request());
    expect(error).toMatchObject({
      code: 'forbidden',
      message: `The token's scope does not suffice for the server (HTTP 403): it wants "read write"`,
      requiredScope: 'read write',
      resourceMetadataUrl: new URL('https://a.example/meta'),
      errorDescription: 'The access token lacks a scope.',
    });
    expect(brandsOf(error)?.has('mcp.InsufficientScopeError')).toBe(true);
  });

  it('is widened by onInsufficientScope, as often as maxStepUpRetries says', async () => {
    let token = 'narrow';
    const asked: (string | undefined)[] = [];
    const onInsufficientScope = async ({ scope }: InsufficientScopeContext): Promise<void> => {
      asked.push(scope);
      if (asked.length === 2) token = 'wide';
    };
    const authProvider = { token: async () => token };
    const once = await caught(serve({ authProvider, onInsufficientScope }).request());
    expect(once).toMatchObject({ code: 'forbidden', message: expect.stringContaining('after it was asked for 1 time') });
    const twice = await serve({ authProvider, onInsufficientScope, maxStepUpRetries: 2 }).request();
    expect([twice.response.status, asked]).toEqual([200, ['read write', 'read write']]);
  });

  it('is not where the user says throw, whoever could be asked', async () => {
    const authProvider = { tokens: () => ({ access_token: 'narrow' }), clientInformation: () => undefined };
    const auth = () => Promise.reject(new Error('not to be called'));
    expect(await caught(serve({ authProvider, auth, onInsufficientScope: 'throw' }).request())).toMatchObject({ code: 'forbidden' });
  });
});

describe('an OAuthClientProvider', () => {
  /** Its `auth` gets the token `wide`, or says that the user has to be asked. */
  function provider(first: string | undefined, outcome: 'AUTHORIZED' | 'REDIRECT' = 'AUTHORIZED') {
    const calls: Record<string, unknown>[] = [];
    let tokens = first === undefined ? undefined : { access_token: first, scope: 'read' };
    const authProvider = { tokens: () => tokens, clientInformation: () => undefined };
    const auth = async (given: unknown, options: Record<string, unknown>): Promise<'AUTHORIZED' | 'REDIRECT'> => {
      expect(given).toBe(authProvider);
      calls.push(options);
      if (outcome === 'AUTHORIZED' || options.authorizationCode) tokens = { access_token: 'wide', scope: 'read write' };
      return options.authorizationCode ? 'AUTHORIZED' : outcome;
    };
    return { authProvider, auth, calls };
  }

  it('is renewed by auth, which is told where the tokens come from, and which are wanted', async () => {
    const { calls, ...options } = provider(undefined);
    const { request, tokens } = serve({ ...options, skipIssuerMetadataValidation: true });
    expect((await request()).response.status).toBe(200);
    expect(tokens).toEqual([undefined, 'wide']);
    expect(calls).toEqual([
      {
        serverUrl: new URL(SERVER),
        fetchFn: expect.any(Function),
        resourceMetadataUrl: new URL('https://a.example/meta'),
        scope: 'read write',
        skipIssuerMetadataValidation: true,
      },
    ]);
  });

  it('asks for more scope by a new authorization, because a refresh never widens one', async () => {
    const { calls, ...options } = provider('narrow');
    expect((await serve(options).request()).response.status).toBe(200);
    expect(calls).toMatchObject([{ scope: 'read write', forceReauthorization: true }]);
  });

  it('whose user has to be asked is unauthorized, until finish has brought the code', async () => {
    const { calls, ...options } = provider(undefined, 'REDIRECT');
    const { request, authorization } = serve(options);
    expect(await caught(request())).toMatchObject({ code: 'unauthorized', message: expect.stringContaining('finishAuth') });
    await authorization.finish(new URLSearchParams('code=abc&iss=https://issuer.example'));
    expect(calls.at(-1)).toMatchObject({ authorizationCode: 'abc', iss: 'https://issuer.example' });
    expect((await request()).response.status).toBe(200);
  });

  it('without auth, or a callback without a code, is unauthorized in words', async () => {
    const { authProvider } = provider(undefined);
    const { authorization } = serve({ authProvider });
    expect(await caught(authorization.finish('code'))).toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('the auth function'),
    });
    expect(await caught(authorization.finish(new URLSearchParams('error=no')))).toMatchObject({
      message: expect.stringContaining('no authorization code'),
    });
  });
});

it.each([
  ['Bearer', {}],
  [
    'Bearer error="invalid_token", error_description="a \\"quoted\\" word"',
    { error: 'invalid_token', errorDescription: 'a "quoted" word' },
  ],
  [
    'Basic realm="x", Bearer scope=one, resource_metadata="https://a.example/x"',
    { scope: 'one', resourceMetadataUrl: new URL('https://a.example/x') },
  ],
  ['Basic scope="not ours"', {}],
  ['Bearer resource_metadata="no url"', {}],
  [undefined, {}],
])('WWW-Authenticate: %s', (field, expected) => {
  const none = { error: undefined, errorDescription: undefined, scope: undefined, resourceMetadataUrl: undefined };
  expect(parseBearerChallenge(field)).toEqual({ ...none, ...expected });
});
