import { once } from 'node:events';
import { createHttpServer } from '@mcpwire/http/node';
import { toFetchHandler } from '@mcpwire/http/web';
import { expect, test } from 'vitest';
import { toWebRequest } from '../../src/server/lazy-request.js';
import { expectNoLeftovers } from '../support/leftovers.js';

expectNoLeftovers();

/** What a handler sees of a request to a real server. */
async function see<T>(look: (request: Request) => T, init: RequestInit = {}): Promise<{ seen: T; url: string }> {
  const seen: T[] = [];
  const server = await createHttpServer({
    handler(request) {
      seen.push(look(toWebRequest(request)));
      return { status: 204 };
    },
  });
  const url = `${server.url}/mcp?a=b%20c`;
  await fetch(url, init);
  await server.close();
  return { seen: seen[0] as T, url };
}

test('it shows the method, the URL and the headers that were sent', async () => {
  const { seen, url } = await see(
    (request) => [request.method, request.url, request.headers.get('Mcp-Session-Id'), request.headers.get('content-type')],
    { method: 'POST', headers: { 'mcp-session-id': 'a', 'content-type': 'application/json' }, body: '{}' },
  );
  expect(seen).toEqual(['POST', url, 'a', 'application/json']);
});

test('it is a Request to whoever asks, and has all that one has', async () => {
  const real = new Request('http://localhost/');
  const { seen } = await see((request) => ({
    isRequest: request instanceof Request,
    tag: Object.prototype.toString.call(request),
    redirect: request.redirect,
    mode: request.mode,
    bodyUsed: request.bodyUsed,
    body: request.body,
    text: request.text(),
    missing: Object.getOwnPropertyNames(Request.prototype).filter(
      (name) => name !== 'constructor' && Reflect.get(request, name) === undefined && Reflect.get(real, name) !== undefined,
    ),
  }));
  expect(seen).toMatchObject({ isRequest: true, tag: '[object Request]', redirect: 'follow', mode: 'cors', bodyUsed: false, body: null });
  expect(await seen.text).toBe('');
  expect(seen.missing).toEqual([]);
});

test('a clone is a real one, which fetch and other requests can be made of', async () => {
  const { seen, url } = await see((request) => new Request(request.clone(), { headers: { 'x-more': '1' } }));
  expect([seen.url, seen.headers.get('x-more')]).toEqual([url, '1']);
});

test('its signal aborts when the client goes away', async () => {
  const controller = new AbortController();
  let aborted: Promise<unknown> | undefined;
  const server = await createHttpServer({
    handler: (request) =>
      new Promise((resolve) => {
        aborted = once(toWebRequest(request).signal, 'abort').then(() => resolve({ status: 204 }));
        controller.abort();
      }),
  });
  await expect(fetch(server.url, { signal: controller.signal })).rejects.toThrow();
  await aborted;
  await server.close();
});

test('on fetch runtimes it is the very request', async () => {
  let seen: Request | undefined;
  const fetchHandler = toFetchHandler((request) => {
    seen = toWebRequest(request);
    return { status: 204 };
  });
  const request = new Request('http://localhost/mcp');
  await fetchHandler(request);
  expect(seen).toBe(request);
});
