import assert from 'node:assert/strict';
import { chunksOf, guarded, isHttpClientError, KeepAlive, readBodyText, readText } from '@mcpwire/http';
import { createHttpClient } from '@mcpwire/http/client';
import { createHttpClient as createFetchClient } from '@mcpwire/http/client/fetch';
import { followRedirects, whyNotFollowed } from '@mcpwire/http/client/transport-parts';
import { compressed, createHttpServer } from '@mcpwire/http/node';
import { toFetchHandler } from '@mcpwire/http/web';

const keepAlive = new KeepAlive({ intervalMs: 50 });
const handler = guarded(async (request) => {
  if (request.method === 'POST') return { status: 200, headers: { 'content-type': 'text/plain' }, body: await readBodyText(request) };
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body(sink) {
      keepAlive.add(sink);
      setTimeout(() => sink.end('data: end\n\n'), 300);
    },
  };
});

const server = await createHttpServer({ handler: compressed(handler) });
for (const client of [createHttpClient(), createFetchClient()]) {
  const echo = await client.request({ url: server.url, method: 'POST', body: 'echo' });
  assert.deepEqual([echo.status, await readText(echo.body)], [200, 'echo']);
  let text = '';
  for await (const chunk of chunksOf((await client.request({ url: server.url })).body)) text += Buffer.from(chunk);
  assert.match(text, /^(: keep-alive\n\n)+data: end\n\n$/);
  await client.close();
  await assert.rejects(client.request({ url: server.url }), (error) => isHttpClientError(error) && error.code === 'closed');
}
await server.close();

const response = await toFetchHandler(handler)(new Request('http://evil.example/', { method: 'POST', body: 'x' }));
assert.equal(response.status, 403);

const moved = await createHttpServer({
  handler: ({ path }) => ({ status: path === '/' ? 307 : 200, headers: { location: '/there' }, body: path }),
});
const wanderer = createHttpClient();
const request = { url: moved.url };
const { response: found, url } = await followRedirects(
  wanderer,
  request,
  await wanderer.request(request),
  'same-origin',
  (headers) => headers,
);
assert.deepEqual([await readText(found.body), url], ['/there', `${moved.url}/there`]);
assert.match(whyNotFollowed(url, 'POST', { status: 302, headers: { location: '/' } }, 'follow'), /changes the method/);
await wanderer.close();
await moved.close();

console.log('works');
