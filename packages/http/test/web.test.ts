import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BodySink, chunksOf, type HttpRequest, type HttpResponse, readBodyText, readText, toUrl } from '../src/index.js';
import { compressed, fromFetchHandler, toFetchHandler } from '../src/web.js';
import { adapters, type Served } from './fixtures/adapters.js';
import { Leftovers } from './fixtures/leftovers.js';
import { isBun } from './fixtures/own-server.js';
import { until } from './fixtures/until.js';

describe('a fetch handler', () => {
  it('is told what the runtime knows beside the request', async () => {
    let seen: HttpRequest | undefined;
    const handler = toFetchHandler((request) => {
      seen = request;
      return { status: 200, body: 'x' };
    });
    const request = new Request('https://example.com/a?b#c', { method: 'POST', body: '{}' });
    const response = await handler(request, { remoteAddress: '192.0.2.1', parsedBody: { a: 1 }, principal: { id: 'alice' } });
    expect(await response.text()).toBe('x');
    expect(seen).toMatchObject({
      url: '/a?b',
      encrypted: true,
      remoteAddress: '192.0.2.1',
      parsedBody: { a: 1 },
      principal: { id: 'alice' },
      native: request,
    });
    expect(seen?.headers.host).toBe('example.com');
    expect(toUrl(seen as HttpRequest).href).toBe('https://example.com/a?b');
  });

  it('hears of a request that was aborted before it came', async () => {
    let aborted: boolean | undefined;
    const handler = toFetchHandler(({ signal }) => {
      aborted = signal.aborted;
      return { status: 200 };
    });
    const controller = new AbortController();
    const request = new Request('http://localhost/', { signal: controller.signal });
    controller.abort();
    await handler(request);
    expect(aborted).toBe(true);
  });

  it('hands a reader one chunk at a time, when it asks for one', async () => {
    let sink: BodySink | undefined;
    const handler = toFetchHandler(() => ({
      status: 200,
      body(opened) {
        sink = opened;
        opened.write('a');
        opened.write('b');
      },
    }));
    const { body } = await handler(new Request('http://localhost/'));
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    expect(Buffer.from((await reader.read()).value as Uint8Array).toString()).toBe('ab');
    sink?.write('c');
    await sleep(1);
    sink?.write(Uint8Array.of(0x64));
    expect(sink?.queuedBytes).toBe(2);
    expect(Buffer.from((await reader.read()).value as Uint8Array).toString()).toBe('c');
    expect(sink?.queuedBytes).toBe(1);
    await reader.cancel();
    expect([sink?.isClosed, sink?.queuedBytes, handler.inFlight]).toEqual([true, 0, 0]);
  });
});

describe('compressed responses of a fetch handler', () => {
  const text = JSON.stringify({ items: Array.from({ length: 500 }, (_, i) => ({ id: i, name: `item number ${i}` })) });
  const bodies: Record<string, HttpResponse['body']> = {
    '/text': text,
    '/bytes': new TextEncoder().encode(text),
    '/small': 'small',
    '/stream': (sink) => sink.end(text),
  };
  const headers = { 'content-type': 'application/json' };
  const handler = toFetchHandler(compressed(({ path }) => ({ status: 200, headers, body: bodies[path] })));

  /** Without an HTTP server: `fetch` would decode what comes. */
  const ask = (path: string, acceptEncoding?: string): Promise<Response> =>
    handler(new Request(`http://localhost${path}`, acceptEncoding === undefined ? {} : { headers: { 'accept-encoding': acceptEncoding } }));

  it.each(['/text', '/bytes'])('are those whose body is whole: %s', async (path) => {
    const response = await ask(path, 'br, gzip');
    expect([response.headers.get('content-encoding'), response.headers.get('vary')]).toEqual(['gzip', 'accept-encoding']);
    expect(gunzipSync(await response.arrayBuffer()).toString()).toBe(text);
  });

  it.each([
    ['a stream, which could not be flushed', '/stream', 'br, gzip', text],
    ['what is small', '/small', 'gzip', 'small'],
    ['what nobody asked for', '/text', undefined, text],
  ])('are not %s', async (_what, path, acceptEncoding, expected) => {
    const response = await ask(path, acceptEncoding);
    expect([response.headers.get('content-encoding'), await response.text()]).toEqual([null, expected]);
  });
});

/** A handler as frameworks have them. */
const framework = async (request: Request): Promise<Response> => {
  const url = new URL(request.url);
  switch (url.pathname) {
    case '/echo':
      return new Response(await request.text(), {
        status: 201,
        headers: { 'x-method': request.method, 'x-from': request.headers.get('x-to') ?? '' },
      });
    case '/cookies': {
      const headers = new Headers();
      headers.append('set-cookie', 'a=1');
      headers.append('set-cookie', 'b=2');
      return new Response(null, { status: 204, headers });
    }
    case '/throw':
      throw new Error('secret');
    default:
      return new Response(url.href);
  }
};

describe.each(adapters)('a framework’s handler, served by $name', (adapter) => {
  let leftovers: Leftovers;
  let served: Served;
  beforeEach(() => {
    leftovers = new Leftovers();
  });
  afterEach(async () => {
    await served.dispose();
    await leftovers.expectNone();
  });

  it('gets requests and gives responses', async () => {
    served = await adapter.serve(fromFetchHandler(framework));
    const { client, url } = served;
    const echo = await client.request({ url: `${url}/echo`, method: 'POST', headers: { 'x-to': 'you' }, body: 'täxt' });
    expect([echo.status, echo.headers['x-method'], echo.headers['x-from'], await readText(echo.body)]).toEqual([
      201,
      'POST',
      'you',
      'täxt',
    ]);
    const cookies = await client.request({ url: `${url}/cookies` });
    expect([cookies.status, cookies.headers['set-cookie'], await readText(cookies.body)]).toEqual([204, 'a=1, b=2', '']);
    const failed = await client.request({ url: `${url}/throw` });
    expect([failed.status, await readText(failed.body)]).toEqual([500, 'Internal Server Error\n']);
  });

  it('is told of a path that begins with two slashes as it was sent', async ({ skip }) => {
    skip(isBun, 'Bun 1.4.5: its own fetch requests /x where it is told //x');
    served = await adapter.serve(fromFetchHandler(framework));
    const { client, url } = served;
    expect(await readText((await client.request({ url: `${url}//x?y` })).body)).toBe(`${url}//x?y`);
  });

  it('streams both ways, with back-pressure', async () => {
    const total = 8 * 1024 * 1024;
    let received = 0;
    let sent = 0;
    served = await adapter.serve(
      fromFetchHandler(async (request) => {
        if (request.body) for await (const chunk of request.body) received += chunk.length;
        return new Response(
          new ReadableStream({
            pull(controller) {
              if (sent >= total) controller.close();
              else {
                sent += 64 * 1024;
                controller.enqueue(new Uint8Array(64 * 1024));
              }
            },
          }),
        );
      }),
    );
    const { client, url } = served;
    const { body } = await client.request({ url, method: 'POST', body: new Uint8Array(total) });
    expect(received).toBe(total);
    let before = -1;
    while (before !== sent) {
      before = sent;
      await sleep(50);
    }
    let bytes = 0;
    for await (const chunk of chunksOf(body)) bytes += chunk.length;
    expect(bytes).toBe(total);
  });

  it('hears of a client that goes, also while it has nothing to say', async () => {
    const heard: string[] = [];
    served = await adapter.serve(
      fromFetchHandler(async (request) => {
        request.signal.addEventListener('abort', () => heard.push('signal'));
        return new Response(
          new ReadableStream({
            start: (controller) => controller.enqueue(new TextEncoder().encode('x')),
            cancel: () => void heard.push('cancel'),
          }),
        );
      }),
    );
    const controller = new AbortController();
    const { body } = await served.client.request({ url: served.url, signal: controller.signal });
    const chunks = chunksOf(body);
    await chunks.next();
    controller.abort();
    await expect(chunks.next()).rejects.toThrow();
    await until(() => heard.length === 2, 'the handler hears of it');
    expect(heard.sort()).toEqual(['cancel', 'signal']);
  });

  it('has its stream cut off when that fails', async () => {
    served = await adapter.serve(
      fromFetchHandler(
        () =>
          new Response(
            new ReadableStream({
              async start(controller) {
                controller.enqueue(new TextEncoder().encode('half'));
                await sleep(20);
                controller.error(new Error('broken'));
              },
            }),
          ),
      ),
    );
    const { body } = await served.client.request({ url: served.url });
    await expect(readText(body)).rejects.toThrow();
  });

  it('is given what was found out in front of it, and a body that was read there', async () => {
    const inner = fromFetchHandler(async (request, { parsedBody, principal }) =>
      Response.json({ parsedBody, principal, body: await request.json(), method: request.method, to: request.headers.get('x-to') }),
    );
    served = await adapter.serve(async (request) => {
      request.parsedBody = JSON.parse(await readBodyText(request));
      request.principal = { id: 'alice' };
      return inner(request);
    });
    const headers = { 'content-type': 'application/json', 'x-to': 'you' };
    const { body } = await served.client.request({ url: served.url, method: 'POST', headers, body: '{ "t":  "t\\u00e4xt" }' });
    expect(JSON.parse(await readText(body))).toEqual({
      parsedBody: { t: 'täxt' },
      principal: { id: 'alice' },
      body: { t: 'täxt' },
      method: 'POST',
      to: 'you',
    });
  });

  it('can stand inside a handler of ours, and the other way round', async () => {
    const ours = toFetchHandler(async (request) => ({ status: 200, body: (await readBodyText(request)).toUpperCase() }));
    served = await adapter.serve(fromFetchHandler(ours));
    const { body } = await served.client.request({ url: served.url, method: 'POST', body: 'text' });
    expect(await readText(body)).toBe('TEXT');
  });
});
