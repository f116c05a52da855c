import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { assertAllowedAddress, assertAllowedHost } from '../src/fetch/address.js';
import { AllowList } from '../src/fetch/allow-list.js';
import { fetchText } from '../src/fetch/page.js';
import type { ReferenceServerOptions } from '../src/server.js';
import { connectAs, until } from './support/connection.js';
import { serveWeb } from './support/web-server.js';

/** Calls `fetch` as a model would; `error` is what it would read. */
async function fetchTool(url: string, args: object = {}, options: ReferenceServerOptions = {}): Promise<{ text?: string; error?: string }> {
  const { callTool } = await connectAs('2025-11-25', options);
  const { content, isError } = await callTool('fetch', { url, ...args });
  const text = content[0]?.text as string;
  return isError ? { error: text } : { text };
}

const page = (_request: IncomingMessage, response: ServerResponse): void => {
  response.setHeader('content-type', 'text/html; charset=utf-8').end('<p>schön 👋</p>');
};

describe('fetch', () => {
  it('gives back a page from this machine, under any of its names', async () => {
    const port = await serveWeb(page);
    for (const host of ['127.0.0.1', 'localhost', 'LOCALHOST.', '0x7f000001', '127.1', '[::ffff:127.0.0.1]']) {
      expect(await fetchTool(`http://${host}:${port}/`), host).toEqual({ text: '<p>schön 👋</p>' });
    }
  });

  it('reads the charset that a page says it has', async () => {
    const port = await serveWeb((_, response) =>
      response.setHeader('content-type', 'text/plain; charset="ISO-8859-1"').end(Buffer.from([0x73, 0xe9])),
    );
    expect(await fetchTool(`http://127.0.0.1:${port}/`)).toEqual({ text: 'sé' });
  });

  it('follows redirects to where it may go', async () => {
    const port = await serveWeb((request, response) => {
      if (request.url === '/here') response.writeHead(302, { location: 'there' }).end();
      else if (request.url === '/there') response.writeHead(308, { location: `http://localhost:${port}/page` }).end();
      else page(request, response);
    });
    expect(await fetchTool(`http://127.0.0.1:${port}/here`)).toEqual({ text: '<p>schön 👋</p>' });
  });

  it('follows no redirect to where it may not', async () => {
    let location = '';
    const port = await serveWeb((_, response) => response.writeHead(302, { location }).end());
    for (const [target, words] of [
      ['http://example.com/', 'may not reach example.com:80'],
      ['http://169.254.169.254/latest/meta-data', 'may not reach 169.254.169.254:80'],
      [`http://0.0.0.0:${port}/`, 'may not reach 0.0.0.0'],
      ['file:///etc/passwd', 'file: is not fetched'],
      ['http://user:secret@127.0.0.1/', 'user name or password'],
      ['http://[', 'is no URL'],
    ] as const) {
      location = target;
      expect((await fetchTool(`http://127.0.0.1:${port}/`)).error, target).toContain(words);
    }
  });

  it('is held to the port that was allowed, also by redirects', async () => {
    const other = await serveWeb(page);
    const port = await serveWeb((_, response) => response.writeHead(302, { location: `http://127.0.0.1:${other}/` }).end());
    const allowFetch = [`127.0.0.1:${port}`];
    expect((await fetchTool(`http://127.0.0.1:${port}/`, {}, { allowFetch })).error).toContain(`may not reach 127.0.0.1:${other}`);
    expect(await fetchTool(`http://127.0.0.1:${other}/`, {}, { allowFetch: [`loopback:${other}`] })).toHaveProperty('text');
    expect(await fetchTool(`http://localhost:${other}/`, {}, { allowFetch })).toHaveProperty('error');
    expect(await fetchTool(`http://127.0.0.1:${other}/`, {}, { allowFetch: [] })).toHaveProperty('error');
  });

  it('gives up on redirects that have no end', async () => {
    let redirects = 0;
    const port = await serveWeb((_, response) => response.writeHead(302, { location: `/${redirects++}` }).end());
    expect((await fetchTool(`http://127.0.0.1:${port}/`)).error).toContain('redirects more than 5 times');
    expect(redirects).toBe(6);
  });

  it('is not fooled by a name that leads somewhere else', async () => {
    const port = await serveWeb(page);
    let lookups = 0;
    const leadingTo = (...addresses: string[]): ReferenceServerOptions => ({
      allowFetch: ['innocent.example', 'localhost'],
      lookup: async () => {
        lookups++;
        return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      },
    });
    for (const address of [
      '127.0.0.1',
      '::1',
      '::ffff:127.0.0.1',
      '10.0.0.1',
      '169.254.169.254',
      '192.168.1.1',
      '0.0.0.0',
      '100.64.0.1',
      'fe80::1',
      'fd00::1',
      '::',
    ]) {
      expect((await fetchTool(`http://innocent.example:${port}/`, {}, leadingTo(address))).error).toContain(`the name leads to ${address}`);
    }
    // One bad address among good ones is enough.
    expect((await fetchTool(`http://innocent.example:${port}/`, {}, leadingTo('93.184.215.14', '127.0.0.1'))).error).toContain(
      'leads to 127.0.0.1',
    );
    expect((await fetchTool(`http://localhost:${port}/`, {}, leadingTo('93.184.215.14'))).error).toContain('leads to 93.184.215.14');
    expect((await fetchTool(`http://innocent.example:${port}/`, {}, leadingTo())).error).toContain('has no address');
    // The address that was checked is the one that is used: nobody is asked a second time.
    lookups = 0;
    expect(await fetchTool(`http://localhost:${port}/`, {}, leadingTo('127.0.0.1'))).toHaveProperty('text');
    expect(lookups).toBe(1);
  });

  it('may be allowed a name inside a private network, by its address too', async () => {
    const port = await serveWeb(page);
    const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
    const url = `http://intranet.example:${port}/`;
    expect((await fetchTool(url, {}, { lookup, allowFetch: ['intranet.example'] })).error).toContain('--allow-fetch 127.0.0.1');
    expect(await fetchTool(url, {}, { lookup, allowFetch: ['intranet.example', '127.0.0.1'] })).toHaveProperty('text');
  });

  it('takes no more than maxBytes, whether the length is announced or not', async () => {
    let sent = 0;
    let ended = false;
    const port = await serveWeb((request, response) => {
      response.setHeader('content-type', 'text/plain');
      if (request.url === '/announced') response.end('x'.repeat(2000));
      else {
        const more = (): void => {
          sent += 1000;
          if (!response.destroyed) response.write('x'.repeat(1000), () => setImmediate(more));
        };
        response.on('close', () => {
          ended = true;
        });
        more();
      }
    });
    expect((await fetchTool(`http://127.0.0.1:${port}/announced`, { maxBytes: 1999 })).error).toContain(
      '2000 bytes long, and maxBytes is 1999',
    );
    expect((await fetchTool(`http://127.0.0.1:${port}/announced`, { maxBytes: 2000 })).text?.length).toBe(2000);
    expect((await fetchTool(`http://127.0.0.1:${port}/endless`)).error).toContain('maxBytes is 1048576');
    await until(() => ended);
    expect(sent).toBeLessThan(20_000_000);
  });

  it('tells why a page is none', async () => {
    const port = await serveWeb((request, response) => {
      if (request.url === '/gone') response.writeHead(410, 'Gone').end();
      else if (request.url === '/binary') response.setHeader('content-type', 'image/png').end('png');
      else if (request.url === '/zipped') response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' }).end('zip');
      else if (request.url === '/broken') response.setHeader('content-type', 'text/plain').end(Buffer.from([0xff, 0xfe, 0xfd]));
      else if (request.url === '/charset') response.setHeader('content-type', 'text/plain; charset=klingon').end('nuqneH');
      else response.destroy();
    });
    for (const [path, words] of [
      ['gone', 'answered 410 Gone'],
      ['binary', 'image/png, which is not text'],
      ['zipped', 'encoded as gzip'],
      ['broken', 'not text in utf-8'],
      ['charset', 'not text in klingon'],
      ['cut', 'could not be fetched: socket hang up'],
    ] as const) {
      expect((await fetchTool(`http://127.0.0.1:${port}/${path}`)).error).toContain(words);
    }
    expect((await fetchTool('not a url')).error).toContain('is no URL');
    expect((await fetchTool('ftp://127.0.0.1/')).error).toContain('ftp: is not fetched');
  });

  it('lets go of its connection when the call is cancelled', async () => {
    let requests = 0;
    let closed = 0;
    const port = await serveWeb((request) => {
      requests++;
      void once(request.socket, 'close').then(() => closed++);
    });
    const { callTool, server } = await connectAs('2025-11-25');
    const controller = new AbortController();
    const call = callTool('fetch', { url: `http://127.0.0.1:${port}/` }, { signal: controller.signal });
    await until(() => requests === 1);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    await until(() => closed === 1 && server.peer.inFlightRequests === 0);
  });

  it('waits no longer than its time, for the head or for the body', async () => {
    const port = await serveWeb((request, response) => {
      if (request.url === '/body') response.setHeader('content-type', 'text/plain').write('and then');
    });
    for (const path of ['head', 'body']) {
      const options = { maxBytes: 1000, allowList: new AllowList(['loopback']), signal: new AbortController().signal, timeoutMs: 50 };
      await expect(fetchText(`http://127.0.0.1:${port}/${path}`, options)).rejects.toThrow('took longer than 50 ms');
    }
  });
});

describe('an allow-list', () => {
  const destination = (host: string, port: number, address?: string) => ({ host, port, address });

  it('knows a host under each of its spellings', () => {
    const list = new AllowList(['Example.COM', 'bücher.example:8080', '[::1]:443', '10.0.0.1', '127.1']);
    expect(list.entries).toEqual([
      { host: 'example.com', port: undefined },
      { host: 'xn--bcher-kva.example', port: 8080 },
      { host: '[::1]', port: 443 },
      { host: '10.0.0.1', port: undefined },
      { host: '127.0.0.1', port: undefined },
    ]);
  });

  it('refuses what is no host', () => {
    for (const entry of [
      '',
      'http://example.com',
      'example.com/',
      'user@example.com',
      'example.com:0',
      'example.com:65536',
      'example.com:',
      '::1',
      'a b',
      '*?',
      '[::1',
      'a%zz',
    ]) {
      expect(() => new AllowList([entry]), entry).toThrow(TypeError);
    }
  });

  it('does not take part of a name for the name', () => {
    const list = new AllowList(['example.com', 'loopback']);
    for (const host of [
      'evil-example.com',
      'example.com.evil.test',
      'sub.example.com',
      'com',
      'localhost.evil.test',
      'notlocalhost',
      'loopback',
    ]) {
      expect(() => assertAllowedHost(destination(host, 80), list), host).toThrow('may not reach');
    }
    expect(() => assertAllowedHost(destination('example.com', 80), list)).not.toThrow();
    expect(() => assertAllowedHost(destination('app.localhost', 80), list)).not.toThrow();
  });

  it('lets public addresses pass for an allowed name, and no others', () => {
    const list = new AllowList(['example.com']);
    for (const address of ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c']) {
      expect(() => assertAllowedAddress(address, destination('example.com', 80), list), address).not.toThrow();
    }
    for (const address of ['224.0.0.1', '255.255.255.255', '198.18.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', 'ff02::1', '2001:db8::1']) {
      expect(() => assertAllowedAddress(address, destination('example.com', 80), list), address).toThrow('the name leads to');
    }
  });
});
