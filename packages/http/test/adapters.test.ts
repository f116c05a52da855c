import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type BodySink,
  chunksOf,
  discardBody,
  HttpError,
  type HttpHandler,
  type HttpRequest,
  readBody,
  readBodyText,
  readBytes,
  readText,
  toUrl,
} from '../src/index.js';
import { type Adapter, adapters, type Served, type ServeOptions } from './fixtures/adapters.js';
import { Leftovers } from './fixtures/leftovers.js';
import { isBun } from './fixtures/own-server.js';
import { until } from './fixtures/until.js';

describe.each(adapters)('a handler served by $name', (adapter: Adapter) => {
  let leftovers: Leftovers;
  const served: Served[] = [];
  beforeEach(() => {
    leftovers = new Leftovers();
  });
  afterEach(async () => {
    for (const each of served.splice(0)) await each.dispose();
    await leftovers.expectNone();
  });

  async function serve(handler: HttpHandler, options?: ServeOptions): Promise<Served> {
    const each = await adapter.serve(handler, options);
    served.push(each);
    return each;
  }

  it('is given the method, path, query, headers, address and body as they were sent', async () => {
    let seen: HttpRequest | undefined;
    let text = '';
    const { client, url } = await serve(async (request) => {
      seen = request;
      text = await readBodyText(request);
      return { status: 200, body: request.headers['x-thing'] ?? 'none' };
    });
    const response = await client.request({
      url: `${url}/a%20b//c?x=1&y=%2F`,
      method: 'POST',
      headers: { 'X-Thing': 'ä b', 'Mcp-Name': 'n' },
      body: 'häl',
    });
    expect(await readBytes(response.body)).toEqual(adapter.http === 'none' ? expect.anything() : Buffer.from('ä b', 'utf8'));
    expect(seen).toMatchObject({ method: 'POST', url: '/a%20b//c?x=1&y=%2F', path: '/a%20b//c', query: 'x=1&y=%2F', principal: undefined });
    expect(seen?.headers).toMatchObject({ 'mcp-name': 'n', host: new URL(url).host });
    expect(text).toBe('häl');
    expect(toUrl(seen as HttpRequest).href).toBe(`${url}/a%20b//c?x=1&y=%2F`);
    expect(seen?.encrypted).toBe(url.startsWith('https:'));
    expect(seen?.httpVersion).toBe(adapter.http === 'none' ? '' : adapter.http);
    expect(seen?.remoteAddress).toBe(adapter.http === 'none' ? undefined : '127.0.0.1');
  });

  it('answers with text, with bytes, and with nothing', async () => {
    const { client, url } = await serve(({ path }) => {
      if (path === '/text') return { status: 201, headers: { 'content-type': 'text/plain', 'x-n': 7 }, body: 'tëxt' };
      if (path === '/bytes') return { status: 200, body: Uint8Array.of(0, 255, 10) };
      return { status: path === '/204' ? 204 : 202 };
    });
    const text = await client.request({ url: `${url}/text` });
    expect([text.status, text.headers['content-type'], text.headers['x-n'], await readText(text.body)]).toEqual([
      201,
      'text/plain',
      '7',
      'tëxt',
    ]);
    const bytes = await client.request({ url: `${url}/bytes` });
    expect([...(await readBytes(bytes.body))]).toEqual([0, 255, 10]);
    for (const status of [202, 204]) {
      const nothing = await client.request({ url: `${url}/${status}`, method: 'POST', body: 'x' });
      expect([nothing.status, (await readBytes(nothing.body)).length, nothing.headers['transfer-encoding']]).toEqual([
        status,
        0,
        undefined,
      ]);
    }
  });

  it('sends a header several times where its value is an array', async () => {
    const { client, url } = await serve(() => ({ status: 200, headers: { 'x-many': ['a', 'b'] } }));
    const { headers, body } = await client.request({ url });
    await discardBody(body);
    expect(headers['x-many']).toBe('a, b');
  });

  it('answers HEAD with the headers alone, and calls no writer for it', async () => {
    let written = 0;
    const { client, url } = await serve(({ path }) => ({
      status: 200,
      headers: { 'x-path': path },
      body: path === '/stream' ? () => void written++ : 'a body',
    }));
    for (const path of ['/whole', '/stream']) {
      const { status, headers, body } = await client.request({ url: url + path, method: 'HEAD' });
      expect([status, headers['x-path'], (await readBytes(body)).length]).toEqual([200, path, 0]);
    }
    expect(written).toBe(0);
  });

  it('sends the headers of a stream at once, and each chunk while the next is not yet written', async () => {
    let sink: BodySink | undefined;
    const { client, url } = await serve(() => ({
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body(opened) {
        sink = opened;
      },
    }));
    const { headers, body } = await client.request({ url });
    expect(headers['content-type']).toBe('text/event-stream');
    const chunks = chunksOf(body);
    // Bun 1.4.5 keeps the headers back until there is a byte of the body, so that there one is written that means nothing.
    if (isBun) expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toBe(':\n\n');
    for (const chunk of ['one', 'twö', '3'.repeat(1000)]) {
      expect(sink?.write(chunk)).toBe(true);
      expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toBe(chunk);
    }
    sink?.write(Uint8Array.of(1, 2));
    expect([...((await chunks.next()).value as Uint8Array)]).toEqual([1, 2]);
    sink?.end();
    expect(await chunks.next()).toEqual({ done: true, value: undefined });
  });

  it('keeps the order of text and bytes, whatever ticks they are written in', async () => {
    const { client, url } = await serve(() => ({
      status: 200,
      async body(sink) {
        let expected = 0;
        for (let round = 0; round < 50; round++) {
          for (let i = 0; i < round % 5; i++) {
            const text = `${expected++},`;
            sink.write(i % 2 ? text : new TextEncoder().encode(text));
          }
          if (round % 3 === 0) await sleep(0);
          if (round % 7 === 0) sink.flush();
        }
        sink.end('end');
      },
    }));
    const { body } = await client.request({ url });
    const numbers = (await readText(body)).split(',');
    expect(numbers.pop()).toBe('end');
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
  });

  it('ends a stream when the promise of its writer resolves', async () => {
    const { client, url } = await serve(() => ({
      status: 200,
      async body(sink) {
        sink.write('a');
        await sleep(5);
        sink.write('b');
      },
    }));
    const { body } = await client.request({ url });
    expect(await readText(body)).toBe('ab');
  });

  it('holds a writer back while the reader takes nothing, and gives the reader every byte in the end', async () => {
    const total = 6 * 1024 * 1024;
    const piece = Buffer.alloc(10_000, 'x').toString();
    let sink: BodySink | undefined;
    let most = 0;
    let waits = 0;
    const { client, url } = await serve(() => ({
      status: 200,
      async body(opened) {
        sink = opened;
        for (let written = 0; written < total && !opened.isClosed; written += piece.length) {
          const room = opened.write(piece);
          most = Math.max(most, opened.queuedBytes);
          if (!room) {
            waits++;
            await opened.drained();
          }
        }
      },
    }));
    const { body } = await client.request({ url });
    await until(() => waits > 0, 'the writer is held back');
    let before: number | undefined;
    do {
      before = sink?.writtenBytes;
      await sleep(100);
    } while (sink?.writtenBytes !== before);
    expect(before, 'what is written while nothing is taken').toBeLessThan(total);
    let bytes = 0;
    for await (const chunk of chunksOf(body)) bytes += chunk.length;
    expect(bytes).toBe(Math.ceil(total / piece.length) * piece.length);
    expect(most, 'queued at most').toBeLessThan(64 * 1024 + 2 * piece.length);
    await until(() => sink?.queuedBytes === 0, 'the queue is empty');
  });

  it('calls ondrain once for a write that returned false', async () => {
    let drains = 0;
    let sink: BodySink | undefined;
    const { client, url } = await serve(() => ({
      status: 200,
      body(opened) {
        sink = opened;
        opened.ondrain = () => void drains++;
        while (opened.write('y'.repeat(5000)));
      },
    }));
    const { body } = await client.request({ url });
    const reading = readBytes(body);
    await until(() => drains === 1, 'ondrain');
    expect(sink?.write('z')).toBe(true);
    sink?.end();
    expect((await reading).at(-1)).toBe('z'.charCodeAt(0));
    expect(drains).toBe(1);
  });

  it('hears of a client that goes in the middle of a stream', async () => {
    const heard: string[] = [];
    let sink: BodySink | undefined;
    const { client, url } = await serve((request) => {
      request.signal.addEventListener('abort', () => heard.push('signal'));
      return {
        status: 200,
        body(opened) {
          sink = opened;
          opened.onclose = (aborted) => heard.push(`close ${aborted}`);
          opened.write('a');
        },
      };
    });
    const controller = new AbortController();
    const { body } = await client.request({ url, signal: controller.signal });
    const chunks = chunksOf(body);
    await chunks.next();
    controller.abort();
    await expect(chunks.next()).rejects.toMatchObject({ code: 'aborted' });
    await until(() => heard.length === 2, 'the handler hears of it');
    expect(heard.sort()).toEqual(['close true', 'signal']);
    expect(sink?.isClosed).toBe(true);
    expect(sink?.write('more')).toBe(false);
    await sink?.drained();
  });

  it('hears of a client that goes before the answer', async () => {
    let aborted: unknown;
    let arrived = false;
    const { client, url } = await serve(async ({ signal }) => {
      arrived = true;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted = signal.reason;
      return { status: 200, body: 'too late' };
    });
    const controller = new AbortController();
    const response = client.request({ url, signal: controller.signal });
    response.catch(() => {});
    await until(() => arrived, 'the request arrives');
    controller.abort();
    await expect(response).rejects.toMatchObject({ code: 'aborted' });
    await until(() => aborted !== undefined, 'the signal aborts');
    expect(aborted).toMatchObject({ name: 'AbortError' });
  });

  it('says for nothing whether anybody still waits for the response', async () => {
    const seen: HttpRequest[] = [];
    const closings: boolean[] = [];
    let answer = (): void => {};
    const { client, url } = await serve(async (request) => {
      seen.push(request);
      request.onclose = (aborted) => closings.push(aborted);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return { status: 204 };
    });
    const controller = new AbortController();
    const response = client.request({ url, signal: controller.signal });
    response.catch(() => {});
    await until(() => seen.length === 1, 'the request arrives');
    expect(seen[0]?.isClosed).toBe(false);
    controller.abort();
    await until(() => seen[0]?.isClosed === true, 'the client is found to be gone');
    answer();

    const answered = client.request({ url });
    await until(() => seen.length === 2, 'the next request arrives');
    expect(seen[1]?.isClosed).toBe(false);
    answer();
    expect((await answered).status).toBe(204);
    await until(() => seen[1]?.isClosed === true, 'the response is sent');
    expect(closings).toEqual([true, false]);
  });

  it('tells a writer that comes too late that its stream is closed', async () => {
    let closed: boolean | undefined;
    let arrived = false;
    const { client, url } = await serve(async ({ signal }) => {
      arrived = true;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await sleep(5);
      return {
        status: 200,
        body(sink) {
          sink.onclose = (aborted) => {
            closed = aborted;
          };
        },
      };
    });
    const controller = new AbortController();
    const response = client.request({ url, signal: controller.signal });
    response.catch(() => {});
    await until(() => arrived, 'the request arrives');
    controller.abort();
    await until(() => closed !== undefined, 'onclose');
    expect(closed).toBe(true);
  });

  it('aborts no signal after a response that was sent whole', async () => {
    let signal: AbortSignal | undefined;
    let closed: boolean | undefined;
    const { client, url } = await serve((request) => {
      signal = request.signal;
      return {
        status: 200,
        body(sink) {
          sink.onclose = (aborted) => {
            closed = aborted;
          };
          sink.end('done');
        },
      };
    });
    const { body } = await client.request({ url });
    expect(await readText(body)).toBe('done');
    await until(() => closed !== undefined, 'onclose');
    expect([closed, signal?.aborted]).toEqual([false, false]);
  });

  it('answers 500 for a handler that throws, shows the client nothing of it, and tells onerror', async () => {
    const errors: Error[] = [];
    const { client, url } = await serve(
      ({ path }) => {
        if (path === '/async') return Promise.reject(new Error('secret async'));
        if (path === '/writer') {
          return {
            status: 200,
            body() {
              throw new Error('secret writer');
            },
          };
        }
        // biome-ignore lint/style/useThrowOnlyError: handlers may
        if (path === '/not-an-error') throw 'secret string';
        throw new Error('secret');
      },
      { onerror: (error) => void errors.push(error) },
    );
    for (const path of ['/sync', '/async', '/writer', '/not-an-error']) {
      const { status, headers, body } = await client.request({ url: url + path });
      const shown = JSON.stringify(headers) + (await readText(body));
      expect([path, status]).toEqual([path, 500]);
      expect(shown).not.toContain('secret');
    }
    expect(errors.map(({ message }) => message)).toEqual(['secret', 'secret async', 'secret writer', 'The handler threw secret string']);
  });

  it('answers with the status, the message and the headers of an HttpError', async () => {
    const errors: Error[] = [];
    const { client, url } = await serve(
      () => {
        throw new HttpError('refused', 429, 'Later, please.', { headers: { 'retry-after': '3' } });
      },
      { onerror: (error) => void errors.push(error) },
    );
    const { status, headers, body } = await client.request({ url });
    expect([status, headers['retry-after'], await readText(body)]).toEqual([429, '3', 'Later, please.\n']);
    expect(errors).toEqual([]);
  });

  it('cuts a stream off when its writer fails, so that the client sees that it is not whole', async () => {
    const errors: Error[] = [];
    let proceed = (): void => {};
    const { client, url } = await serve(
      () => ({
        status: 200,
        async body(sink) {
          sink.write('half of ');
          await new Promise<void>((resolve) => {
            proceed = resolve;
          });
          throw new Error('broken');
        },
      }),
      { onerror: (error) => void errors.push(error) },
    );
    const { status, body } = await client.request({ url });
    const chunks = chunksOf(body);
    expect((await chunks.next()).value?.length).toBe(8);
    proceed();
    await expect(chunks.next()).rejects.toMatchObject({ name: expect.stringMatching(/Error/) });
    expect([status, errors.map(({ message }) => message)]).toEqual([200, ['broken']]);
  });

  it('cuts a stream off on destroy', async () => {
    let sink: BodySink | undefined;
    const { client, url } = await serve(() => ({
      status: 200,
      body(opened) {
        sink = opened;
        opened.write('half');
      },
    }));
    const { body } = await client.request({ url });
    const chunks = chunksOf(body);
    await chunks.next();
    sink?.destroy();
    sink?.destroy();
    await expect(chunks.next()).rejects.toThrow();
    expect(sink?.isClosed).toBe(true);
  });

  it.each([
    ['a line break', 'a\r\nx-injected: yes'],
    ['a lone LF', 'a\nb'],
    ['a NUL', 'a\0b'],
    ['a character beyond Latin-1', 'a😀'],
  ])('answers 500 instead of sending a header value with %s', async (_what, value) => {
    const errors: Error[] = [];
    const { client, url } = await serve(
      ({ path }) => ({ status: 200, headers: { 'x-bad': value }, body: path === '/stream' ? (sink) => sink.end('x') : 'x' }),
      {
        onerror: (error) => void errors.push(error),
      },
    );
    for (const path of ['/whole', '/stream']) {
      const { status, headers, body } = await client.request({ url: url + path });
      await discardBody(body);
      expect([path, status, headers['x-injected'], headers['x-bad']]).toEqual([path, 500, undefined, undefined]);
    }
    expect(errors.length).toBe(2);
    expect(errors[0]?.message).not.toContain('x-injected');
  });

  it.each([99, 101, 199, 600, 1000, 200.5, Number.NaN])('answers 500 instead of the status %d', async (status) => {
    const errors: Error[] = [];
    const { client, url } = await serve(() => ({ status, body: 'x' }), { onerror: (error) => void errors.push(error) });
    const { status: answered, body } = await client.request({ url });
    await discardBody(body);
    expect([answered, errors.map(({ message }) => message)]).toEqual([500, [`A response's status is 200 to 599, not ${status}.`]]);
  });

  it('says itself where a body ends, whatever its handler says', async () => {
    const twice = async (sink: BodySink): Promise<void> => {
      sink.write('12');
      await sleep(5);
      sink.write('34');
    };
    const { client, url } = await serve(({ path }) => ({
      status: 200,
      headers: { 'content-length': 1, 'transfer-encoding': 'gzip' },
      body: path === '/stream' ? twice : '1234',
    }));
    for (const path of ['/stream', '/whole']) expect(await readText((await client.request({ url: url + path })).body)).toBe('1234');
  });

  it('refuses a body past the limit with 413, by its length', async () => {
    const { client, url } = await serve(async (request) => ({ status: 200, body: await readBody(request, { maxBodyBytes: 1000 }) }));
    const fits = await client.request({ url, method: 'POST', body: 'x'.repeat(1000) });
    expect([fits.status, (await readBytes(fits.body)).length]).toEqual([200, 1000]);
    const large = await client.request({ url, method: 'POST', body: 'x'.repeat(1001) });
    expect([large.status, await readText(large.body)]).toEqual([413, 'The body is larger than the 1000 bytes that this server takes.\n']);
  });

  it('answers a request whose body nobody reads', async () => {
    const { client, url } = await serve(() => ({ status: 404, body: 'no such thing' }));
    for (let round = 0; round < 3; round++) {
      for (const bytes of [10, 3 * 1024 * 1024]) {
        const { status, body } = await client.request({ url, method: 'POST', body: 'x'.repeat(bytes) });
        expect([status, await readText(body)]).toEqual([404, 'no such thing']);
      }
    }
  });

  it('refuses a compressed body with 415, and says what it takes', async () => {
    const { client, url } = await serve(async (request) => ({ status: 200, body: await readBody(request) }));
    const { status, headers, body } = await client.request({ url, method: 'POST', headers: { 'content-encoding': 'gzip' }, body: 'x' });
    await discardBody(body);
    expect([status, headers['accept-encoding']]).toEqual([415, 'identity']);
    const plain = await client.request({ url, method: 'POST', headers: { 'content-encoding': 'Identity' }, body: 'x' });
    expect([plain.status, await readText(plain.body)]).toEqual([200, 'x']);
  });

  it('refuses a body that is not UTF-8 with 400, where text is asked for', async () => {
    const { client, url } = await serve(async (request) => ({ status: 200, body: await readBodyText(request) }));
    const { status, body } = await client.request({ url, method: 'POST', body: Uint8Array.of(0x22, 0xff, 0x22) });
    expect([status, await readText(body)]).toEqual([400, 'The body is not valid UTF-8.\n']);
  });

  it('reads a body only once', async () => {
    const { client, url } = await serve(async (request) => {
      const text = await readBodyText(request);
      const again = await readBodyText(request).catch((error: HttpError) => error.code);
      return { status: 200, body: `${text} ${again}` };
    });
    const { body } = await client.request({ url, method: 'POST', body: 'once' });
    expect(await readText(body)).toBe('once body-used');
  });

  it('gives a body chunk by chunk, and holds the client back while the handler pauses', async () => {
    const sent = 8 * 1024 * 1024;
    let most = 0;
    const { client, url } = await serve(async (request) => {
      let bytes = 0;
      for await (const chunk of chunksOf(request.body)) {
        most = Math.max(most, chunk.length);
        bytes += chunk.length;
        if (bytes % 7 === 0) await sleep(1);
      }
      return { status: 200, body: String(bytes) };
    });
    const { body } = await client.request({ url, method: 'POST', body: new Uint8Array(sent) });
    expect(await readText(body)).toBe(String(sent));
    if (adapter.http !== 'none') expect(most).toBeLessThan(sent / 8);
  });

  it('answers a hundred requests at once, each with its own', async () => {
    const { client, url } = await serve(async (request) => {
      const text = await readBodyText(request);
      await sleep(Number(text) % 7);
      return { status: 200, body: text };
    });
    const texts = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => readText((await client.request({ url, method: 'POST', body: String(i) })).body)),
    );
    expect(texts).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
  });

  describe('when it is closed', () => {
    it('answers what is in flight, ends the streams, and resolves', async () => {
      let release = (): void => {};
      const standing: string[] = [];
      const each = await serve(async ({ path }) => {
        if (path === '/slow') {
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          return { status: 200, body: 'answered' };
        }
        return {
          status: 200,
          body(sink) {
            sink.write('open');
            sink.onclosing = () => sink.end(' goodbye');
            sink.onclose = (aborted) => standing.push(`aborted ${aborted}`);
          },
        };
      });
      const stream = await each.client.request({ url: `${each.url}/stream` });
      const slow = each.client.request({ url: `${each.url}/slow` });
      await until(() => each.inFlight === 2, 'both are in flight');
      const text = readText(stream.body);
      const closing = each.close({ graceMs: 10_000 });
      expect(await text).toBe('open goodbye');
      release();
      const answer = await slow;
      expect([answer.status, await readText(answer.body)]).toEqual([200, 'answered']);
      await closing;
      expect([each.inFlight, standing]).toEqual([0, ['aborted false']]);
    });

    it('is not held up by a writer that fails when it is told', async () => {
      const errors: string[] = [];
      const each = await serve(
        () => ({
          status: 200,
          body(sink) {
            sink.write('open');
            sink.onclosing = () => {
              throw new Error('broken');
            };
          },
        }),
        { onerror: (error) => void errors.push(error.message) },
      );
      const { body } = await each.client.request({ url: each.url });
      const reading = readText(body);
      await until(() => each.inFlight === 1, 'the stream is open');
      await Promise.all([expect(reading).rejects.toThrow(), each.close({ graceMs: 10_000 })]);
      expect(errors).toEqual(['broken']);
    });

    it('ends a stream whose writer does not care, and answers 503 to what nobody has answered, when the grace period is over', async () => {
      const each = await serve(({ path }) => {
        if (path === '/never') return new Promise(() => {});
        return { status: 200, body: (sink) => void sink.write('open') };
      });
      const stream = await each.client.request({ url: `${each.url}/stream` });
      const never = each.client.request({ url: `${each.url}/never` });
      await until(() => each.inFlight === 2, 'both are in flight');
      const text = readText(stream.body);
      const before = performance.now();
      const closing = each.close({ graceMs: 60 });
      expect(await text).toBe('open');
      const answer = await never;
      expect([answer.status, await readText(answer.body)]).toEqual([503, 'This server is shutting down.\n']);
      await closing;
      expect(performance.now() - before).toBeGreaterThanOrEqual(55);
    });

    it('resolves at once when nothing is in flight, each time it is called', async () => {
      const each = await serve(() => ({ status: 200, body: 'x' }));
      await readText((await each.client.request({ url: each.url })).body);
      await until(() => each.inFlight === 0, 'nothing is in flight');
      const before = performance.now();
      await Promise.all([each.close(), each.close({ graceMs: 1 }), each.close()]);
      await each.close();
      expect(performance.now() - before).toBeLessThan(2_000);
    });

    it('waits no longer than a later call asks for, and not for a reader that takes nothing', async () => {
      const each = await serve(() => ({
        status: 200,
        async body(sink) {
          while (!sink.isClosed) {
            if (!sink.write('x'.repeat(10_000))) await sink.drained();
          }
        },
      }));
      const { body } = await each.client.request({ url: each.url });
      await until(() => each.inFlight === 1, 'the stream is open');
      const closing = each.close({ graceMs: 60_000 });
      const before = performance.now();
      await each.close({ graceMs: 50 });
      await closing;
      expect(performance.now() - before).toBeLessThan(5_000);
      await discardBody(body, 0);
    });
  });
});
