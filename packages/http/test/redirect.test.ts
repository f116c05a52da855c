import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../src/client-node.js';
import { followRedirects, parseRedirect, type RedirectPolicy, toRedirectPolicy, whyNotFollowed } from '../src/client-transport-parts.js';
import { readText } from '../src/index.js';
import { Leftovers } from './fixtures/leftovers.js';

const to = (location: string | undefined, status = 307) => ({ status, headers: { location } });

describe('a redirect', () => {
  it.each([
    ['http://a.example/mcp', 'https://a.example/mcp', true],
    ['http://a.example/mcp', 'https://b.example/mcp', false],
    ['http://a.example:8080/mcp', 'https://a.example:8080/mcp', false],
    ['https://a.example/mcp', 'http://a.example/mcp', false],
    ['http://a.example/mcp', 'http://a.example:80/other', true],
    ['http://a.example/mcp', 'http://user:pw@a.example/', false],
    ['http://a.example/mcp', 'file:///etc/passwd', false],
    ['http://a.example/mcp', 'http://[', false],
    ['http://a.example/mcp', '//b.example/mcp', false],
  ])('from %s to %s: followed within the origin? %s', (from, location, isFollowed) => {
    const redirect = parseRedirect(from, 'POST', to(location), 'same-origin');
    expect(redirect !== undefined && 'to' in redirect).toBe(isFollowed);
  });

  it.each([
    ['POST', 307, true],
    ['POST', 308, true],
    ['POST', 302, false],
    ['DELETE', 303, false],
    ['GET', 301, true],
    ['GET', 303, true],
  ])('of a %s by %i keeps the method? %s', (method, status, isFollowed) => {
    const redirect = parseRedirect('http://a.example/', method, to('/b', status), 'same-origin');
    expect(redirect && 'to' in redirect).toBe(isFollowed);
  });

  it.each([
    [200, '/b'],
    [304, '/b'],
    [307, undefined],
  ])('is none with status %i and Location %s', (status, location) => {
    expect(parseRedirect('http://a.example/', 'GET', to(location, status), 'follow')).toBeUndefined();
    expect(whyNotFollowed('http://a.example/', 'GET', to(location, status), 'follow')).toBeUndefined();
  });

  it('to another origin is followed where the user says so, and known to be to another one', () => {
    const redirect = parseRedirect('https://a.example/', 'GET', to('https://b.example/c'), 'follow');
    expect(redirect).toEqual({ to: new URL('https://b.example/c'), isSameOrigin: false });
  });

  it.each<[RedirectPolicy, string, RegExp]>([
    ['same-origin', 'https://b.example/c', /another origin.*use https:\/\/b\.example\/c/],
    ['follow', 'ftp://b.example/', /no http or https URL/],
    ['none', '/b', /requestInit\.redirect forbids it/],
    ['same-origin', '/b', /more than 5 redirects/],
  ])('that was not followed with %s says why: to %s', (policy, location, why) => {
    expect(whyNotFollowed('https://a.example/', 'GET', to(location), policy)).toMatch(why);
  });
});

it('requestInit.redirect forbids redirects by error and manual, and says nothing else', () => {
  expect(toRedirectPolicy(undefined, undefined)).toBe('same-origin');
  expect(toRedirectPolicy('follow', { redirect: 'follow' })).toBe('follow');
  expect(toRedirectPolicy('follow', { redirect: 'manual' })).toBe('none');
  expect(toRedirectPolicy(undefined, { redirect: 'error' })).toBe('none');
});

describe('following', () => {
  let leftovers: Leftovers;
  const cleanups: (() => unknown)[] = [];
  beforeEach(() => {
    leftovers = new Leftovers();
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    await leftovers.expectNone();
  });

  /** Answers with what `answer` makes of a request: a Location, or nothing for the end. */
  async function serve(answer: (req: IncomingMessage) => string | undefined): Promise<{ url: string; seen: IncomingMessage[] }> {
    const seen: IncomingMessage[] = [];
    const server = createServer((req, res) => {
      seen.push(req);
      let body = '';
      req.on('data', (chunk) => {
        body += chunk;
      });
      req.on('end', () => {
        const location = answer(req);
        if (location === undefined) res.end(`${req.method} ${body}`);
        else res.writeHead(307, { location }).end('elsewhere');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
  }

  async function send(url: string, policy: RedirectPolicy) {
    const client = createHttpClient();
    cleanups.push(() => client.close());
    const request = { url, method: 'POST', body: 'text', headers: { authorization: 'Bearer secret', accept: 'text/plain' } };
    const first = await client.request(request);
    return followRedirects(client, request, first, policy, ({ accept = '' }) => ({ accept }));
  }

  it('sends the same request again, credentials included within the origin, and tells the URL that answered', async () => {
    const { url, seen } = await serve(({ url: path }) => (path === '/' ? '/there' : undefined));
    const { response, url: last } = await send(`${url}/`, 'same-origin');
    expect([response.status, await readText(response.body), last]).toEqual([200, 'POST text', `${url}/there`]);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', 'Bearer secret']);
  });

  it('takes nothing secret to another origin', async () => {
    const other = await serve(() => undefined);
    const { url } = await serve(() => `${other.url}/there`);
    const { response } = await send(url, 'follow');
    expect(await readText(response.body)).toBe('POST text');
    expect(other.seen[0]?.headers).toMatchObject({ accept: 'text/plain' });
    expect(other.seen[0]?.headers.authorization).toBeUndefined();
  });

  it('does not go to another origin unasked, and ends in a circle after five', async () => {
    const other = await serve(() => '/');
    const { url } = await serve(() => other.url);
    const { response } = await send(url, 'same-origin');
    response.body.cancel();
    expect([response.status, other.seen]).toEqual([307, []]);
    const circle = await send(other.url, 'same-origin');
    circle.response.body.cancel();
    expect([circle.response.status, other.seen.length]).toEqual([307, 6]);
  });
});
