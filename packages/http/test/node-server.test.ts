import { createServer, type IncomingMessage, request as nodeRequest, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../src/client-node.js';
import { type BodySink, discardBody, type HttpClient, type HttpRequest, readBodyText, readText } from '../src/index.js';
import { createHttpServer, type NodeHandler, openSink, toNodeHandler } from '../src/node.js';
import { fromFetchHandler } from '../src/web.js';
import { certificate } from './fixtures/certificate.js';
import { Leftovers } from './fixtures/leftovers.js';
import { Raw } from './fixtures/raw.js';
import { until } from './fixtures/until.js';

let leftovers: Leftovers;
let client: HttpClient;
const cleanups: (() => unknown)[] = [];
beforeEach(() => {
  leftovers = new Leftovers();
  client = createHttpClient();
});
afterEach(async () => {
  await client.close();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await leftovers.expectNone();
});

describe('a server', () => {
  it('listens on the loopback address and a free port, unless it is told otherwise, and says where', async () => {
    const server = await createHttpServer({ handler: () => ({ status: 200, body: 'x' }) });
    cleanups.push(() => server.close());
    expect([server.host, server.url]).toEqual(['127.0.0.1', `http://127.0.0.1:${server.port}`]);
    expect(await readText((await client.request({ url: server.url })).body)).toBe('x');
  });

  it('names an address of IPv6 in brackets, and any address by a name', async () => {
    const server = await createHttpServer({ handler: () => ({ status: 200 }), host: '0.0.0.0' });
    cleanups.push(() => server.close());
    expect(server.url).toBe(`http://localhost:${server.port}`);
    const six = await createHttpServer({ handler: () => ({ status: 200, body: 'six' }), host: '::1' }).catch(() => undefined);
    // A machine may have no IPv6.
    if (!six) return;
    cleanups.push(() => six.close());
    expect(six.url).toBe(`http://[::1]:${six.port}`);
    expect(await readText((await client.request({ url: six.url })).body)).toBe('six');
  });

  it('says why it can’t listen', async () => {
    const server = await createHttpServer({ handler: () => ({ status: 200 }) });
    cleanups.push(() => server.close());
    await expect(createHttpServer({ handler: () => ({ status: 200 }), port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(createHttpServer({ handler: () => ({ status: 200 }), tls: { key: 'x', cert: 'y' } })).rejects.toThrow();
  });

  it('closes idle connections at once', async () => {
    const server = await createHttpServer({ handler: () => ({ status: 200, body: 'x' }), tls: await certificate() });
    const plain = await createHttpServer({ handler: () => ({ status: 200, body: 'x' }) });
    const [silent, used] = [await Raw.open(plain.port), await Raw.open(plain.port)];
    const handshake = await Raw.open(server.port);
    cleanups.push(() => [silent, used, handshake].map((raw) => raw.destroy()));
    used.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await used.untilStatus();
    const before = performance.now();
    await Promise.all([server.close(), plain.close()]);
    expect(performance.now() - before).toBeLessThan(1_500);
    for (const raw of [silent, used, handshake]) await raw.untilClosed();
  });

  it('tells its clients in the last answer that the connection ends', async () => {
    let release = (): void => {};
    const server = await createHttpServer({
      handler: async () => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return { status: 200, body: 'last' };
      },
    });
    const raw = await Raw.open(server.port);
    cleanups.push(() => raw.destroy());
    raw.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => server.inFlight === 1, 'the request arrives');
    const closing = server.close();
    raw.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    release();
    await closing;
    await raw.untilClosed();
    expect(raw.received).toMatch(/^HTTP\/1\.1 200.*connection: close\r\n.*last/s);
  });
});

describe('a handler on a server of somebody else’s', () => {
  async function mount(listener: (req: IncomingMessage, res: ServerResponse) => void): Promise<string> {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('is told what stands in front has found out: the body it parsed, and who sent it', async () => {
    const seen: unknown[] = [];
    const handler = toNodeHandler((request) => {
      seen.push(request.parsedBody, request.principal);
      return { status: 200 };
    });
    const url = await mount(async (req, res) => {
      let text = '';
      for await (const chunk of req) text += String(chunk);
      if (req.url === '/express') {
        Object.assign(req, { body: JSON.parse(text) });
        handler(req, res, () => {});
      } else handler(req, res, { parsedBody: JSON.parse(text), principal: { id: 'alice' } });
    });
    for (const path of ['/', '/express']) await readText((await client.request({ url: url + path, method: 'POST', body: '{"a":1}' })).body);
    expect(seen).toEqual([{ a: 1 }, { id: 'alice' }, { a: 1 }, undefined]);
  });

  it('says so where the body has been read already, instead of waiting for it', async () => {
    const errors: string[] = [];
    const handler = toNodeHandler(async (request) => ({ status: 200, body: await readBodyText(request) }), {
      onerror: (error) => void errors.push(error.message),
    });
    const url = await mount((req, res) => {
      req.resume().on('end', () => handler(req, res));
    });
    const { status, body } = await client.request({ url, method: 'POST', body: 'x' });
    expect([status, await readText(body)]).toEqual([500, 'Something in front of this handler has read the body already.\n']);
    expect(errors).toEqual(['Something in front of this handler has read the body already.']);
  });

  it('keeps the headers that were set before it', async () => {
    const handler = toNodeHandler(() => ({ status: 200, headers: { 'x-ours': '1' }, body: 'x' }));
    const url = await mount((req, res) => {
      res.setHeader('X-Theirs', '2');
      handler(req, res);
    });
    const { headers, body } = await client.request({ url });
    expect([headers['x-ours'], headers['x-theirs'], await readText(body)]).toEqual(['1', '2', 'x']);
  });

  it('can be reached past its plain data', async () => {
    let native: HttpRequest['native'];
    const handler = toNodeHandler((request) => {
      native = request.native;
      return { status: 200 };
    });
    const url = await mount(handler);
    await readText((await client.request({ url: `${url}/x` })).body);
    expect(native).toMatchObject({ request: { url: '/x' }, response: { statusCode: 200 } });
  });

  it('stops by itself, and refuses what comes after', async () => {
    let handler: NodeHandler | undefined;
    let streams = 0;
    handler = toNodeHandler(() => ({
      status: 200,
      body(sink) {
        streams++;
        sink.write('open');
      },
    }));
    const url = await mount(handler);
    const { body } = await client.request({ url });
    await until(() => streams === 1 && handler?.inFlight === 1, 'the stream is open');
    const [text] = await Promise.all([readText(body), handler.close({ graceMs: 20 })]);
    expect([text, handler.inFlight]).toEqual(['open', 0]);
    const late = await client.request({ url });
    expect([late.status, late.headers['retry-after'], late.headers.connection, await readText(late.body)]).toEqual([
      503,
      '1',
      'close',
      'This server is shutting down.\n',
    ]);
  });

  it('passes a parsed body on to a framework’s handler, as JSON', async () => {
    const handler = toNodeHandler(
      fromFetchHandler(async (request) => new Response(`${request.headers.get('content-length')} ${await request.text()}`)),
    );
    const url = await mount(async (req, res) => {
      let text = '';
      for await (const chunk of req) text += String(chunk);
      handler(req, res, { parsedBody: JSON.parse(text) });
    });
    expect(await readText((await client.request({ url, method: 'POST', body: '{ "a" : 1 }' })).body)).toBe('null {"a":1}');
  });

  it('can be left out, where only a stream is to be written', async () => {
    let aborted: boolean | undefined;
    const sinks: BodySink[] = [];
    const url = await mount((_req, res) => {
      const sink = openSink(res, { status: 200, headers: { 'content-type': 'text/event-stream' } });
      sink.onclose = (value) => {
        aborted = value;
      };
      sinks.push(sink);
      sink.write('data: 1\n\n');
    });
    const { headers, body } = await client.request({ url });
    expect(headers['content-type']).toBe('text/event-stream');
    await until(() => sinks.length === 1, 'the stream is open');
    sinks[0]?.end('data: 2\n\n');
    expect(await readText(body)).toBe('data: 1\n\ndata: 2\n\n');
    await until(() => aborted === false, 'onclose');
    let refusal: string | undefined;
    const other = await mount((_req, res) => {
      try {
        openSink(res, { status: 200 });
      } catch (error) {
        refusal = (error as Error).message;
        res.end();
      }
    });
    await discardBody((await client.request({ url: other, method: 'HEAD' })).body);
    expect(refusal).toBe('A response to HEAD with status 200 has no body to write.');
  });

  it('survives a server that answers before it does', async () => {
    const handler = toNodeHandler(async () => ({ status: 200, body: 'late' }));
    const url = await mount((req, res) => {
      handler(req, res);
      res.end('early');
    });
    expect(await readText((await client.request({ url })).body)).toBe('early');
    await new Promise<void>((resolve, reject) => {
      nodeRequest(url, (res) => res.resume().on('end', resolve))
        .on('error', reject)
        .end();
    });
  });
});
