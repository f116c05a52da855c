import { StreamableHTTPClientTransport, type StreamableHTTPClientTransportOptions } from '@mcpwire/transport-streamable-http/client';
import { auth as authV2, Client, InsufficientScopeError, SdkHttpError, UnauthorizedError } from '@modelcontextprotocol/client';
import { auth as authV1 } from '@modelcontextprotocol/sdk/client/auth.js';
import { describe, expect, test } from 'vitest';
import { ask, shakeHands, shakesHands } from './fixtures/messages.js';
import type { Exchange, RawServer } from './fixtures/raw-server.js';
import { closeAfterwards, connect, expectNoLeftovers, serve, until } from './fixtures/scene.js';

expectNoLeftovers();

/** Refuses every request without this token. */
function needs(token: () => string, then: (exchange: Exchange) => void): (exchange: Exchange) => void {
  return (exchange) => {
    if (exchange.headers.authorization === `Bearer ${token()}`) then(exchange);
    else exchange.send(401, 'who are you?', { 'www-authenticate': 'Bearer error="invalid_token", error_description="expired"' });
  };
}

type Provider = StreamableHTTPClientTransportOptions['authProvider'];

describe('a provider that never says anything', () => {
  test.each([
    ['close', 'closed'],
    ['signal', 'aborted'],
    ['requestSignal', 'aborted'],
  ])('is waited for until %s', async (how, code) => {
    const server = await serve((exchange) => exchange.send(202));
    let asked = 0;
    const token = (): Promise<never> => {
      asked++;
      return new Promise(() => {});
    };
    const { transport } = await connect(server.url, { authProvider: { token } });
    const controller = new AbortController();
    const outcome = transport.send(ask(1), how === 'close' ? {} : { [how]: controller.signal }).catch((error) => error);
    await until('it is asked', () => asked === 1);
    if (how === 'close') await transport.close();
    else controller.abort(new Error('enough'));
    const waited = new Promise((resolve) => setTimeout(resolve, 2_000, 'nothing came'));
    expect(await Promise.race([outcome, waited])).toMatchObject({ name: 'TransportError', code });
    expect(server.requests).toEqual([]);
  });
});

describe('401', () => {
  test('asks the provider for every request, and goes before an Authorization of requestInit', async () => {
    let n = 0;
    const server = await serve((exchange) => {
      if (exchange.method === 'GET') exchange.send(405);
      else shakesHands(exchange);
    });
    const client = await connect(server.url, {
      authProvider: { token: async () => `t${++n}` },
      requestInit: { headers: { Authorization: 'Basic static' } },
    });
    await shakeHands(client);
    await until('the stream is asked for', () => server.of('GET').length === 1);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer t1', 'Bearer t2', 'Bearer t3']);
  });

  test('without a token, that of requestInit goes', async () => {
    const server = await serve((exchange) => exchange.send(202));
    const { transport } = await connect(server.url, {
      authProvider: { token: async () => undefined },
      requestInit: { headers: { Authorization: 'Basic static' } },
    });
    await transport.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    expect(server.requests[0]?.headers.authorization).toBe('Basic static');
  });

  test('calls onUnauthorized with the response, and repeats the request once', async () => {
    let token = 'old';
    const server = await serve(
      needs(
        () => 'new',
        (exchange) => exchange.result(),
      ),
    );
    const seen: unknown[] = [];
    const { transport, messages } = await connect(server.url, {
      authProvider: {
        token: async () => token,
        async onUnauthorized({ response, serverUrl }) {
          seen.push([response.status, response.headers.get('www-authenticate'), await response.text(), serverUrl.href]);
          token = 'new';
        },
      },
    });
    await transport.send(ask(1));
    expect(messages).toHaveLength(1);
    expect(seen).toEqual([[401, 'Bearer error="invalid_token", error_description="expired"', 'who are you?', server.url]]);
  });

  test('many requests refused at once renew the token once', async () => {
    let token = 'old';
    let renewals = 0;
    const server = await serve(
      needs(
        () => 'new',
        (exchange) => exchange.result(),
      ),
    );
    const { transport, messages } = await connect(server.url, {
      authProvider: {
        token: async () => token,
        async onUnauthorized() {
          renewals++;
          await new Promise((resolve) => setTimeout(resolve, 30));
          token = 'new';
        },
      },
    });
    await Promise.all(Array.from({ length: 10 }, (_, id) => transport.send(ask(id))));
    expect(messages).toHaveLength(10);
    expect(renewals).toBe(1);
  });

  test.each<[string, Provider]>([
    ['there is no provider', undefined],
    ['the provider cannot renew', { token: async () => 'old' }],
    ['what it renews is refused as well', { token: async () => 'old', onUnauthorized: async () => {} }],
  ])('%s: send rejects with unauthorized, which both SDKs know', async (_, authProvider) => {
    const server = await serve(
      needs(
        () => 'new',
        (exchange) => exchange.result(),
      ),
    );
    const { transport } = await connect(server.url, { authProvider });
    const error = await transport.send(ask(1)).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'unauthorized', name: 'UnauthorizedError', details: { status: 401, text: 'who are you?' } });
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error).toBeInstanceOf(SdkHttpError);
    expect(server.requests.length).toBeLessThanOrEqual(2);
  });

  test('what the provider throws, send rejects with', async () => {
    const server = await serve((exchange) => exchange.send(401));
    const thrown = new Error('no user here');
    const one = await connect(server.url, { authProvider: { token: () => Promise.reject(thrown) } });
    await expect(one.transport.send(ask(1))).rejects.toBe(thrown);
    const two = await connect(server.url, { authProvider: { token: async () => 'x', onUnauthorized: () => Promise.reject(thrown) } });
    await expect(two.transport.send(ask(1))).rejects.toBe(thrown);
    expect((thrown as unknown as Record<symbol, boolean>)[Symbol.for('mcp.authSeamEscape')]).toBe(true);
  });

  test('SDK v2’s negotiation takes it for what it is, and not for a legacy server', async () => {
    const server = await serve((exchange) => exchange.send(401));
    const transport = new StreamableHTTPClientTransport(server.url);
    closeAfterwards(() => transport.close());
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    await expect(client.connect(transport)).rejects.toMatchObject({ code: 'unauthorized' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('403', () => {
  const challenge = 'Bearer error="insufficient_scope", scope="files:read files:write", resource_metadata="https://a.example/meta"';

  test('of its own is forbidden', async () => {
    const server = await serve((exchange) => exchange.send(403, 'Origin not allowed'));
    const { transport } = await connect(server.url);
    await expect(transport.send(ask(1))).rejects.toMatchObject({ code: 'forbidden', details: { status: 403, text: 'Origin not allowed' } });
  });

  test('with insufficient_scope and nobody to ask is forbidden, and says what it wants', async () => {
    const server = await serve((exchange) => exchange.send(403, '', { 'www-authenticate': challenge }));
    const { transport } = await connect(server.url, { authProvider: { token: async () => 'x' } });
    const error = await transport.send(ask(1)).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'forbidden', requiredScope: 'files:read files:write' });
    expect(error).toBeInstanceOf(InsufficientScopeError);
  });

  test('with insufficient_scope calls onInsufficientScope, and repeats the request as often as maxStepUpRetries says', async () => {
    const server = await serve((exchange) => exchange.send(403, '', { 'www-authenticate': challenge }));
    const scopes: Array<string | undefined> = [];
    const { transport } = await connect(server.url, {
      authProvider: { token: async () => 'x' },
      maxStepUpRetries: 2,
      onInsufficientScope: async ({ scope }) => void scopes.push(scope),
    });
    await expect(transport.send(ask(1))).rejects.toThrow(/after it was asked for 2 times/);
    expect(scopes).toEqual(['files:read files:write', 'files:read files:write']);
    expect(server.requests).toHaveLength(3);
  });

  test('a hook that gets more scope lets the request through', async () => {
    let token = 'narrow';
    const server = await serve((exchange) => {
      if (exchange.headers.authorization === 'Bearer wide') exchange.result();
      else exchange.send(403, '', { 'www-authenticate': challenge });
    });
    const { transport, messages } = await connect(server.url, {
      authProvider: { token: async () => token },
      onInsufficientScope: async () => {
        token = 'wide';
      },
    });
    await transport.send(ask(1));
    expect(messages).toHaveLength(1);
  });
});

/** An authorization server and the server that it guards, in one. */
function oauthServer(): { script: (exchange: Exchange, server: RawServer) => void; grants: URLSearchParams[] } {
  const grants: URLSearchParams[] = [];
  return {
    grants,
    script(exchange, server) {
      const [path] = exchange.path.split('?');
      if (path === '/mcp') {
        if (exchange.headers.authorization === 'Bearer granted') exchange.result();
        else
          exchange.send(401, '', {
            'www-authenticate': `Bearer resource_metadata="${server.origin}/.well-known/oauth-protected-resource/mcp", scope="tools"`,
          });
      } else if (path === '/.well-known/oauth-protected-resource/mcp') {
        exchange.json({ resource: server.url, authorization_servers: [server.origin] });
      } else if (path === '/.well-known/oauth-authorization-server') {
        exchange.json({
          issuer: server.origin,
          authorization_endpoint: `${server.origin}/authorize`,
          token_endpoint: `${server.origin}/token`,
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
          token_endpoint_auth_methods_supported: ['none'],
        });
      } else if (path === '/token') {
        grants.push(new URLSearchParams(exchange.text));
        exchange.json({ access_token: 'granted', token_type: 'Bearer' });
      } else exchange.send(404);
    },
  };
}

describe('an OAuthClientProvider and the SDK’s auth', () => {
  test.each([
    ['v1', authV1],
    ['v2', authV2],
  ] as const)('of %s: redirect the user, finishAuth with the code, and the request goes through', async (_, auth) => {
    const { script, grants } = oauthServer();
    const server = await serve(script);
    let tokens: { access_token: string; token_type: string } | undefined;
    let redirected: URL | undefined;
    let verifier = '';
    const authProvider = {
      redirectUrl: 'http://localhost:1/callback',
      clientMetadata: { redirect_uris: ['http://localhost:1/callback'], token_endpoint_auth_method: 'none' },
      clientInformation: () => ({ client_id: 'test' }),
      tokens: () => tokens,
      saveTokens: (saved: typeof tokens) => {
        tokens = saved;
      },
      redirectToAuthorization: (url: URL) => {
        redirected = url;
      },
      saveCodeVerifier: (saved: string) => {
        verifier = saved;
      },
      codeVerifier: () => verifier,
    };
    const { transport, messages } = await connect(server.url, { authProvider, auth });
    await expect(transport.send(ask(1))).rejects.toMatchObject({ code: 'unauthorized', message: expect.stringMatching(/finishAuth/) });
    expect(redirected?.searchParams.get('scope')).toBe('tools');
    await transport.finishAuth('the-code');
    expect(grants[0]?.get('code')).toBe('the-code');
    await transport.send(ask(1));
    expect(messages).toHaveLength(1);
  });

  test('without auth, its token is used, and a 401 says what is missing', async () => {
    const server = await serve(oauthServer().script);
    const authProvider = { tokens: () => ({ access_token: 'granted' }), clientInformation: () => undefined };
    const { transport, messages } = await connect(server.url, { authProvider });
    await transport.send(ask(1));
    expect(messages).toHaveLength(1);
    await expect(transport.finishAuth('code')).rejects.toThrow(/pass an OAuthClientProvider as authProvider, and the auth function/);
  });
});
