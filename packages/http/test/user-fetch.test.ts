import { describe, expect, it } from 'vitest';
import { createAuthorizationFetch, createUserFetch, type FetchLike, needsFetch } from '../src/client-transport-parts.js';

/** A `fetch` of the user's that answers with what it was asked. */
function recorder(): { fetch: FetchLike; asked: [string, RequestInit | undefined][] } {
  const asked: [string, RequestInit | undefined][] = [];
  return {
    asked,
    fetch: async (url, init) => {
      asked.push([String(url), init]);
      return new Response();
    },
  };
}

describe('what a user wants of every request', () => {
  it.each([
    [{}, false],
    [{ requestInit: { headers: { a: 'b' }, redirect: 'manual' } }, false],
    [{ requestInit: { credentials: 'include' } }, true],
    [{ fetch: recorder().fetch }, true],
  ] as const)('%j needs fetch: %s', (options, expected) => {
    expect(needsFetch(options)).toBe(expected);
  });

  it('goes with each, but for what a client sees to itself, which comes first', async () => {
    const { fetch, asked } = recorder();
    const send = createUserFetch({
      fetch,
      requestInit: { credentials: 'include', keepalive: true, method: 'PUT', redirect: 'error', headers: { a: 'b' } },
    });
    await send('http://a.example/', { method: 'POST', redirect: 'manual', keepalive: false });
    expect(asked).toEqual([['http://a.example/', { credentials: 'include', keepalive: false, method: 'POST', redirect: 'manual' }]]);
  });

  it('is the runtime’s fetch of the moment, where there is none of the user’s', async () => {
    const before = globalThis.fetch;
    const { fetch, asked } = recorder();
    const send = createUserFetch({});
    try {
      globalThis.fetch = fetch as typeof before;
      await send('http://a.example/');
    } finally {
      globalThis.fetch = before;
    }
    expect(asked).toHaveLength(1);
  });
});

it('an authorization flow takes the user’s headers to the server they are meant for, and nowhere else', async () => {
  const { fetch, asked } = recorder();
  const send = createAuthorizationFetch(
    { fetch, requestInit: { headers: { 'x-key': 'secret', accept: 'a' }, body: 'x', method: 'PUT' } },
    'https://a.example/mcp',
  );
  await send('https://a.example/.well-known/x', { headers: { accept: 'b' } });
  await send('https://issuer.example/token', { method: 'POST', headers: { accept: 'b' } });
  const [[, own] = [], [, other] = []] = asked;
  expect([...new Headers(own?.headers)]).toEqual([
    ['accept', 'b'],
    ['x-key', 'secret'],
  ]);
  expect(other).toEqual({ method: 'POST', headers: { accept: 'b' } });
});
