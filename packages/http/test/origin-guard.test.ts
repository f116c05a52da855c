import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createOriginGuard, discardBody, guarded, type OriginGuardOptions } from '../src/index.js';
import { adapters, type Served } from './fixtures/adapters.js';
import { bodyText, requestWith } from './fixtures/request.js';

async function passes(headers: { host?: string; origin?: string }, options?: OriginGuardOptions): Promise<boolean> {
  const request = await requestWith({ host: 'localhost', ...headers });
  const response = createOriginGuard(options)(request);
  if (response) expect(response.status).toBe(403);
  return response === undefined;
}

describe('a guard with its defaults', () => {
  it.each([
    'localhost',
    'localhost:3000',
    'LocalHost:1',
    'localhost.',
    '127.0.0.1',
    '127.0.0.1:65535',
    '[::1]',
    '[::1]:8080',
    '[0:0:0:0:0:0:0:1]:80',
  ])('serves Host %s', async (host) => expect(await passes({ host })).toBe(true));

  it.each([
    'evil.example',
    'evil.example:3000',
    'localhost.evil.example',
    'evil.localhost',
    'localhost@evil.example',
    'evil.example#localhost',
    '127.0.0.1.evil.example',
    '127.0.0.2',
    '0.0.0.0',
    '[::2]',
    '[::1',
    '::1',
    'localhost:',
    'localhost:abc',
    'localhost:80:80',
    'localhost, localhost',
    'localhost localhost',
    'local%68ost',
    'http://localhost',
    '[::ffff:127.0.0.1]',
  ])('refuses Host %s', async (host) => expect(await passes({ host })).toBe(false));

  it.each(['http://localhost', 'http://localhost:6274', 'https://127.0.0.1', 'http://[::1]:5173', 'HTTP://LOCALHOST:1'])(
    'serves pages of Origin %s',
    async (origin) => expect(await passes({ origin })).toBe(true),
  );

  it.each([
    'null',
    'http://evil.example',
    'https://localhost.evil.example',
    'http://localhost.evil.example:80',
    'http://localhost/path',
    'http://user@localhost',
    'http://localhost, http://localhost',
    'localhost',
    'file://',
    'vscode-webview://localhost',
    'chrome-extension://abc',
    'ftp://localhost',
    'http://',
    'http://localhost:99999999',
    'undefined',
  ])('refuses pages of Origin %s', async (origin) => expect(await passes({ origin })).toBe(false));

  it('takes a request without an Origin for what it is: none of a page', async () => {
    expect(await passes({})).toBe(true);
  });

  it('refuses a good Origin with a foreign Host, and a foreign Origin with a good Host', async () => {
    expect(await passes({ host: 'evil.example', origin: 'http://localhost' })).toBe(false);
    expect(await passes({ host: 'localhost', origin: 'http://evil.example' })).toBe(false);
    expect(await passes({ host: 'evil.example:3000', origin: 'http://evil.example:3000' })).toBe(false);
  });

  it('says what its owner can do, and repeats nothing of what was sent', async () => {
    const guard = createOriginGuard();
    for (const [field, headers] of [
      ['Host', { host: '<script>' }],
      ['Origin', { host: 'localhost', origin: 'http://<script>' }],
    ] as const) {
      const response = guard(await requestWith(headers));
      const text = bodyText(response ?? { status: 0 });
      expect(text).toContain(`allowed${field}s`);
      expect(text).not.toContain('script');
      expect(response?.headers?.['content-type']).toBe('text/plain; charset=utf-8');
    }
  });

  it('lets nothing pass but the loopback names, however they are dressed', async () => {
    const request = await requestWith({});
    const guard = createOriginGuard();
    const name = fc.oneof(
      fc.constantFrom('localhost', '127.0.0.1', '[::1]', 'evil.example', '[::]'),
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((ip) => `[${ip}]`),
    );
    const dressed = fc.tuple(
      fc.constantFrom('', 'localhost@', 'localhost.', 'x:', '//', ' '),
      name,
      fc.constantFrom('', ':80', '.', ':', '/localhost', '#localhost', ',localhost'),
    );
    fc.assert(
      fc.property(dressed, ([before, host, after]) => {
        const text = before + host + after;
        const asked = { ...request, headers: { host: text }, method: 'POST' } as typeof request;
        const passed = guard(asked) === undefined;
        // What a browser would connect to, if it takes it for a URL at all.
        const url = URL.canParse(`http://${text}`) ? new URL(`http://${text}`) : undefined;
        if (passed) expect(['localhost', 'localhost.', '127.0.0.1', '[::1]']).toContain(url?.hostname);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a guard with lists', () => {
  it('serves the hosts that are listed, and pages from there', async () => {
    const options = { allowedHosts: ['api.example.com', 'other.example:8443', '[2001:db8::1]'] };
    expect(await passes({ host: 'api.example.com:1234' }, options)).toBe(true);
    expect(await passes({ host: 'API.example.com.' }, options)).toBe(true);
    expect(await passes({ host: 'other.example:8443', origin: 'https://api.example.com' }, options)).toBe(true);
    expect(await passes({ host: 'other.example:8443', origin: 'https://other.example:8443' }, options)).toBe(true);
    expect(await passes({ host: 'other.example:8443', origin: 'https://other.example' }, options)).toBe(false);
    expect(await passes({ host: 'other.example' }, options)).toBe(false);
    expect(await passes({ host: '[2001:DB8:0::1]:99' }, options)).toBe(true);
    expect(await passes({ host: 'localhost' }, options)).toBe(false);
  });

  it("takes a host without its port for the scheme's own", async () => {
    const options = { allowedHosts: ['example.com:443'] };
    expect(await passes({ host: 'example.com', origin: 'https://example.com' }, options)).toBe(true);
    expect(await passes({ host: 'example.com:443' }, options)).toBe(true);
    expect(await passes({ host: 'example.com:8080' }, options)).toBe(false);
  });

  it('serves pages of the origins that are listed, and of no others', async () => {
    const options = { allowedOrigins: ['https://app.example.com', 'http://localhost:*', 'vscode-webview://Abc'] };
    expect(await passes({ origin: 'https://app.example.com' }, options)).toBe(true);
    expect(await passes({ origin: 'https://app.example.com:443' }, options)).toBe(true);
    expect(await passes({ origin: 'http://app.example.com' }, options)).toBe(false);
    expect(await passes({ origin: 'https://app.example.com:8443' }, options)).toBe(false);
    expect(await passes({ origin: 'http://localhost:5173' }, options)).toBe(true);
    expect(await passes({ origin: 'http://localhost' }, options)).toBe(true);
    expect(await passes({ origin: 'https://localhost:5173' }, options)).toBe(false);
    expect(await passes({ origin: 'vscode-webview://abc' }, options)).toBe(true);
    expect(await passes({ origin: 'vscode-webview://abcd' }, options)).toBe(false);
    expect(await passes({ origin: 'http://127.0.0.1' }, options)).toBe(false);
    expect(await passes({ origin: 'null' }, options)).toBe(false);
    expect(await passes({ origin: 'null' }, { allowedOrigins: ['null'] })).toBe(true);
  });

  it("checks what 'any' leaves on", async () => {
    expect(await passes({ host: 'whatever.example' }, { allowedHosts: 'any' })).toBe(true);
    expect(await passes({ host: 'whatever.example', origin: 'http://whatever.example' }, { allowedHosts: 'any' })).toBe(false);
    expect(await passes({ origin: 'http://evil.example' }, { allowedOrigins: 'any' })).toBe(true);
    expect(await passes({ host: 'evil.example' }, { allowedOrigins: 'any' })).toBe(false);
  });

  it.each([
    [{ allowedHosts: ['http://example.com'] }, /allowedHosts: "http:\/\/example.com" is not a host/],
    [{ allowedHosts: [''] }, /allowedHosts/],
    [{ allowedHosts: ['::1'] }, /\[::1\]/],
    [{ allowedOrigins: ['example.com'] }, /allowedOrigins: "example.com" is not an origin/],
    [{ allowedOrigins: ['https://example.com/path'] }, /allowedOrigins/],
    [{ allowedOrigins: ['*'] }, /allowedOrigins/],
  ])('is not made with %j', (options, says) => expect(() => createOriginGuard(options)).toThrow(says));
});

describe.each(adapters.filter(({ http }) => http !== 'none'))('guarded, over $name', (adapter) => {
  let served: Served | undefined;
  afterEach(() => served?.dispose());

  it('looks at what was really sent', async () => {
    let reached = 0;
    served = await adapter.serve(guarded(() => ({ status: reached++ < 0 ? 500 : 200 })));
    const statusOf = async (headers: Record<string, string>): Promise<number> => {
      const { status, body } = await (served as Served).client.request({ url: (served as Served).url, headers });
      await discardBody(body);
      return status;
    };
    expect(await statusOf({})).toBe(200);
    expect(await statusOf({ origin: 'http://localhost:1' })).toBe(200);
    expect(await statusOf({ origin: 'http://evil.example' })).toBe(403);
    expect(await statusOf({ host: 'evil.example' })).toBe(403);
    expect(reached).toBe(2);
  });
});
