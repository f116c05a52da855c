import { Agent } from 'undici';
import { describe, expect, test } from 'vitest';
import { ask, initialized } from './fixtures/messages.js';
import { connect, expectNoLeftovers, serve, until } from './fixtures/scene.js';

expectNoLeftovers();

describe('a fetch of the user', () => {
  test('sends every request, with what else is in requestInit', async () => {
    const server = await serve((exchange) => exchange.stream().answer().end());
    const inits: RequestInit[] = [];
    const { transport, messages } = await connect(server.url, {
      fetch: (input, init) => {
        inits.push(init ?? {});
        return fetch(input, init);
      },
      requestInit: { credentials: 'include', headers: { 'x-mine': 'yes' } },
    });
    await transport.send(ask(1));
    await until('it is answered', () => messages.length === 1);
    expect(inits).toMatchObject([{ credentials: 'include', method: 'POST', redirect: 'manual' }]);
    expect(server.requests[0]?.headers['x-mine']).toBe('yes');
  });

  test('that fails rejects send, and is closed with the transport', async () => {
    const cause = new TypeError('Failed to fetch');
    const { transport } = await connect('http://127.0.0.1:9/mcp', { fetch: () => Promise.reject(cause) });
    // By this name SDK v2 knows, in a browser, what CORS has forbidden.
    await expect(transport.send(ask(1))).rejects.toMatchObject({ code: 'write-failed', name: 'TypeError' });
    const stuck = await connect('http://127.0.0.1:9/mcp', { fetch: () => new Promise(() => {}) });
    const sent = stuck.transport.send(ask(1));
    await stuck.transport.close();
    await expect(sent).rejects.toMatchObject({ code: 'closed' });
  });
});

test('a dispatcher of undici may be handed in, and stays the user’s', async () => {
  const server = await serve((exchange) => exchange.send(202));
  const dispatcher = new Agent();
  const { transport } = await connect(server.url, { http: { dispatcher } });
  await transport.send(initialized);
  await transport.close();
  expect(dispatcher.closed).toBe(false);
  await dispatcher.close();
});
