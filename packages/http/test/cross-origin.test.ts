import { afterEach, describe, expect, it } from 'vitest';
import { type CrossOriginOptions, crossOrigin, guarded, readText } from '../src/index.js';
import { adapters, type Served } from './fixtures/adapters.js';

describe.each(adapters)('pages of another origin, over $name', (adapter) => {
  let served: Served | undefined;
  afterEach(() => served?.dispose());

  async function serve(options?: CrossOriginOptions) {
    const handler = guarded(({ method }) => ({ status: 200, headers: { 'x-session': '1', vary: 'accept' }, body: method }), options);
    served = await adapter.serve(crossOrigin(handler, options));
    const { client, url } = served;
    return async (method: string, headers: Record<string, string>) => {
      const response = await client.request({ url, method, headers });
      return { status: response.status, headers: response.headers, text: await readText(response.body) };
    };
  }

  it('may read what is answered, where a guard lets them in', async () => {
    const ask = await serve();
    const { status, headers, text } = await ask('GET', { origin: 'http://localhost:6274' });
    expect([status, text, headers['access-control-allow-origin'], headers['access-control-expose-headers'], headers.vary]).toEqual([
      200,
      'GET',
      'http://localhost:6274',
      '*',
      'accept, origin',
    ]);
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });

  it('may ask before they send, and are told no more than they asked', async () => {
    const ask = await serve({ allowedOrigins: ['https://app.example.com'], methods: ['POST'], maxAgeSeconds: 60 });
    const { status, headers, text } = await ask('OPTIONS', {
      origin: 'https://app.example.com',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,x-thing, b@d, "',
    });
    expect([status, text]).toEqual([204, '']);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization, x-thing',
      'access-control-max-age': '60',
      vary: 'origin',
    });
  });

  it('learn nothing where a guard keeps them out', async () => {
    const ask = await serve();
    for (const method of ['GET', 'OPTIONS']) {
      const { status, headers } = await ask(method, { origin: 'http://evil.example', 'access-control-request-method': 'POST' });
      expect([status, headers['access-control-allow-origin'], headers['access-control-allow-methods']]).toEqual([
        403,
        undefined,
        undefined,
      ]);
    }
    const own = await ask('OPTIONS', {});
    expect([own.status, own.text, own.headers['access-control-allow-origin']]).toEqual([200, 'OPTIONS', undefined]);
  });
});
