import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  authenticated,
  bearerAuthentication,
  type Challenge,
  createResourceMetadataHandler,
  type HttpHandler,
  parseBearerToken,
  readText,
  resourceMetadataUrl,
  toChallengeResponse,
} from '../src/index.js';
import { type Adapter, adapters, type Served } from './fixtures/adapters.js';

const tokens = new Map([
  ['good', { id: 'issuer/alice', scopes: ['read', 'write'] }],
  ['reader', { id: 'issuer/bob', scopes: ['read'] }],
  ['old', { id: 'issuer/carol', scopes: ['read', 'write'], expiresAtMs: 1_000 }],
  ['fresh', { id: 'issuer/dave', scopes: ['read', 'write'], expiresAtMs: Date.now() + 60_000 }],
]);
const whoIsIt: HttpHandler = ({ principal }) => ({ status: 200, body: principal?.id });

describe.each(adapters)('bearer tokens, over $name', (adapter) => {
  let served: Served | undefined;
  afterEach(() => served?.dispose());

  async function ask(
    authorization: string | undefined,
    path = '/',
  ): Promise<{ status: number; challenge: string | undefined; text: string }> {
    served ??= await adapter.serve(
      authenticated(whoIsIt, bearerAuthentication({ verify: (token) => tokens.get(token), requiredScopes: ['read', 'write'] }), {
        resourceMetadataUrl: resourceMetadataUrl('https://example.com/mcp'),
        realm: 'mcp',
      }),
    );
    const { client, url } = served;
    const { status, headers, body } = await client.request({
      url: url + path,
      headers: authorization === undefined ? {} : { authorization },
    });
    return { status, challenge: headers['www-authenticate'], text: await readText(body) };
  }

  it('let in whom the verifier knows, in any case of the scheme', async () => {
    served = undefined;
    expect(await ask('Bearer good')).toMatchObject({ status: 200, text: 'issuer/alice' });
    expect(await ask('bearer  fresh')).toMatchObject({ status: 200, text: 'issuer/dave' });
  });

  it('are asked for with 401, the scopes and the metadata, and no error, where none is sent', async () => {
    served = undefined;
    const challenge =
      'Bearer realm="mcp", scope="read write", resource_metadata="https://example.com/.well-known/oauth-protected-resource/mcp"';
    expect(await ask(undefined)).toMatchObject({ status: 401, challenge });
    expect(await ask('Basic Z29vZA==')).toMatchObject({ status: 401, challenge });
    expect(await ask(undefined, '/?access_token=good')).toMatchObject({ status: 401, challenge });
  });

  it.each(['Bearer unknown', 'Bearer', 'Bearer good, Bearer good', 'Bearer go od', 'Bearer "good"', 'Bearer old'])(
    'are refused with 401 and invalid_token: %s',
    async (authorization) => {
      served = undefined;
      const { status, challenge } = await ask(authorization);
      expect([status, challenge]).toEqual([401, expect.stringContaining('error="invalid_token", error_description="')]);
    },
  );

  it('are refused with 403 and the scopes, where they are not good for it', async () => {
    served = undefined;
    const { status, challenge } = await ask('Bearer reader');
    expect([status, challenge]).toEqual([
      403,
      expect.stringMatching(/error="insufficient_scope".*scope="read write", resource_metadata="https:/),
    ]);
  });
});

describe('an authenticator of one’s own', () => {
  it('may answer at once or later, and its failure is a failure of the server', async () => {
    const errors: string[] = [];
    const [adapter] = adapters as [Adapter];
    const served = await adapter.serve(
      authenticated(whoIsIt, (request) => {
        if (request.path === '/sync') return { id: 'sync' };
        if (request.path === '/async') return Promise.resolve({ id: 'async' });
        return Promise.reject(new Error('the key server is down'));
      }),
      { onerror: (error) => void errors.push(error.message) },
    );
    const ask = async (path: string): Promise<string> => {
      const { status, body } = await served.client.request({ url: served.url + path });
      return `${status} ${await readText(body)}`;
    };
    expect([await ask('/sync'), await ask('/async'), await ask('/down')]).toEqual(['200 sync', '200 async', '500 Internal Server Error\n']);
    expect(errors).toEqual(['the key server is down']);
    await served.dispose();
  });
});

describe('a challenge', () => {
  it('lets no value out of its quotes, whatever it is', () => {
    const challengeText = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(challengeText, challengeText, fc.array(challengeText, { maxLength: 4 }), (description, realm, scopes) => {
        const challenge: Challenge = { status: 403, error: 'insufficient_scope', description, scopes };
        const value = toChallengeResponse(challenge, { realm }).headers?.['www-authenticate'];
        expect(value).toMatch(
          /^Bearer [a-z_]+="(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"(?:, [a-z_]+="(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*")*$/,
        );
      }),
    );
  });

  it('leaves out scopes that are none', () => {
    const { headers } = toChallengeResponse({ status: 401, scopes: ['a', 'b c', '"', 'd\r\nx: y', 'é', 'e'] });
    expect(headers?.['www-authenticate']).toBe('Bearer scope="a e"');
    expect(headers?.['cache-control']).toBe('no-store');
    expect(toChallengeResponse({ status: 401 }).headers?.['www-authenticate']).toBe('Bearer');
  });
});

describe('a bearer token in an Authorization header', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['BEARER a-b._~+/c==', 'a-b._~+/c=='],
    ['Bearer abc  ', 'abc'],
    ['Bearerabc', undefined],
    ['Bearer a=b', undefined],
    ['Basic abc', undefined],
    ['', undefined],
  ])('%j holds %s', (authorization, token) => expect(parseBearerToken(authorization)).toBe(token));
});

describe('the metadata of a protected resource', () => {
  it.each([
    ['https://example.com', 'https://example.com/.well-known/oauth-protected-resource'],
    ['https://example.com/', 'https://example.com/.well-known/oauth-protected-resource'],
    ['https://example.com:8443/a/mcp', 'https://example.com:8443/.well-known/oauth-protected-resource/a/mcp'],
    ['https://example.com/mcp?tenant=1', 'https://example.com/.well-known/oauth-protected-resource/mcp?tenant=1'],
  ])('of %s lies at %s', (resource, url) => expect(resourceMetadataUrl(resource).href).toBe(url));

  it.each(adapters)('is public, over $name', async (adapter) => {
    const served = await adapter.serve(
      createResourceMetadataHandler({
        resource: 'https://example.com/mcp',
        authorization_servers: ['https://auth.example.com'],
        scopes_supported: ['read'],
      }),
    );
    const { client, url } = served;
    const { status, headers, body } = await client.request({ url: `${url}/.well-known/oauth-protected-resource/mcp` });
    expect(JSON.parse(await readText(body))).toEqual({
      resource: 'https://example.com/mcp',
      authorization_servers: ['https://auth.example.com'],
      scopes_supported: ['read'],
      bearer_methods_supported: ['header'],
    });
    expect([status, headers['content-type'], headers['access-control-allow-origin']]).toEqual([200, 'application/json', '*']);
    const preflight = await client.request({ url, method: 'OPTIONS' });
    expect([preflight.status, preflight.headers['access-control-allow-methods'], await readText(preflight.body)]).toEqual([204, 'GET', '']);
    const post = await client.request({ url, method: 'POST' });
    expect([post.status, post.headers.allow, await readText(post.body)]).toEqual([405, 'GET, HEAD, OPTIONS', 'Method Not Allowed\n']);
    await served.dispose();
  });

  it('is not made for what is no URL', () => {
    expect(() => createResourceMetadataHandler({ resource: '/mcp' })).toThrow('resource: "/mcp" is no absolute URL.');
  });
});
