import type { BodySink, HttpClient, HttpHandler, HttpRequest, HttpResponse } from '@mcpwire/http';
import { authenticated, bearerAuthentication, isMediaType, readText } from '@mcpwire/http';
import { createHttpClient } from '@mcpwire/http/client';
import { createHttpClient as createNodeClient, type NodeHttpClientOptions } from '@mcpwire/http/client/node';
import { Authorization, type AuthProvider } from '@mcpwire/http/client/transport-parts';
import { createHttpServer, type HttpServer } from '@mcpwire/http/node';
import { type FetchHandler, fromFetchHandler, toFetchHandler } from '@mcpwire/http/web';

const open: HttpHandler = (request: HttpRequest): HttpResponse => ({
  status: isMediaType(request.headers['content-type'], 'application/json') ? 200 : 415,
  body: (sink: BodySink) => sink.end(`hello ${request.principal?.id}`),
});
const handler = authenticated(open, bearerAuthentication({ verify: (token) => (token === 'secret' ? { id: 'you' } : undefined) }));

const web: FetchHandler = toFetchHandler(handler);
const server: HttpServer = await createHttpServer({ handler: fromFetchHandler((request) => web(request)) });
const options: NodeHttpClientOptions = { headersTimeoutMs: 5_000 };
const clients: HttpClient[] = [createHttpClient(), createNodeClient(options)];
for (const client of clients) {
  const headers = { authorization: 'Bearer secret', 'content-type': 'application/json' };
  const { status, body } = await client.request({ url: server.url, method: 'POST', headers, body: '{}' });
  const text = await readText(body);
  if (status !== 200 || text !== 'hello you') throw new Error(`unexpected: ${status} ${text}`);
  const refused = await client.request({ url: server.url });
  await readText(refused.body);
  if (refused.status !== 401) throw new Error(`unexpected: ${refused.status}`);
  await client.close();
}
const authProvider: AuthProvider = { token: async () => 'secret' };
const settings = { serverUrl: server.url, fetchFn: fetch, maxErrorBodyBytes: 1024, createError: (code: string) => new Error(code) };
const authorization = new Authorization({ ...settings, authProvider });
const { token } = await authorization.request(async (given) => ({
  token: given,
  response: { status: 200, headers: {}, body: undefined as never },
}));
if (token !== 'secret') throw new Error(`unexpected: ${token}`);
await server.close();

console.log('works');
