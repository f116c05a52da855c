import { beforeEach, describe, expect, test } from 'vitest';
import type { EchoClient, EchoRequest } from '../src/load/echo-client.js';
import { driveWindowed } from '../src/load/windowed.js';
import { createLatencies } from '../src/measure/latencies.js';

/** A client in this process whose server is `answer`, called in a later turn for each request. */
function createClient(answer: (request: EchoRequest, client: EchoClient) => void): EchoClient {
  const client: EchoClient = {
    send: (request) => void setImmediate(() => answer(request, client)),
    onmessage: () => {},
    onfault: () => {},
    close: async () => {},
  };
  return client;
}

const echo = ({ id, params }: EchoRequest, client: EchoClient): void => client.onmessage({ id, result: { text: String(params.text) } });
const latencies = await createLatencies();
const load = (count: number, window: number) => ({ count, window, text: 'hello', sampleShift: 0, latencies });
beforeEach(() => latencies.reset());

describe('the load generator', () => {
  test('sends every request once, and never more than the window at a time', async () => {
    const ids: unknown[] = [];
    let inFlight = 0;
    let most = 0;
    const client = createClient((request) => {
      inFlight--;
      echo(request, client);
    });
    const { send } = client;
    client.send = (request) => {
      ids.push(request.id);
      most = Math.max(most, ++inFlight);
      send(request);
    };
    await driveWindowed(client, load(100, 8));
    expect(ids).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(most).toBe(8);
  });

  test('counts ids on from the first that it is told, so that a session sees none twice', async () => {
    const ids: unknown[] = [];
    const client = createClient((request) => {
      ids.push(request.id);
      echo(request, client);
    });
    await driveWindowed(client, { ...load(3, 2), firstId: 7 });
    expect(ids).toEqual([7, 8, 9]);
  });

  test('samples the latency of every request, or of every 2^n-th', async () => {
    const all = load(100, 4);
    await driveWindowed(createClient(echo), all);
    expect(all.latencies.totalCount).toBe(100);
    latencies.reset();
    const some = { ...load(100, 4), sampleShift: 4 };
    await driveWindowed(createClient(echo), some);
    expect(some.latencies.totalCount).toBe(7);
  });

  test('takes answers in any order', async () => {
    const waiting: EchoRequest[] = [];
    const client = createClient((request) => {
      waiting.push(request);
      if (waiting.length === 4) for (const one of waiting.splice(0).reverse()) echo(one, client);
    });
    expect(await driveWindowed(client, load(40, 4))).toBeGreaterThan(0);
  });

  test.each<[string, (request: EchoRequest, client: EchoClient) => void, RegExp]>([
    [
      'a text of another length',
      ({ id }, client) => client.onmessage({ id, result: { text: 'hell' } }),
      /request 0 has 4 characters of text where 5/,
    ],
    ['an answer without a text', ({ id }, client) => client.onmessage({ id }), /has no characters of text/],
    [
      'a second answer',
      (request, client) => {
        echo(request, client);
        echo(request, client);
      },
      /answered twice/,
    ],
    ['an id that was never sent', (_, client) => client.onmessage({ id: 4711, result: { text: 'hello' } }), /never sent/],
    ['an id that is null', (_, client) => client.onmessage({ id: null as never, result: { text: 'hello' } }), /never sent/],
    ['a message without an id', (_, client) => client.onmessage({ method: 'x' }), /never sent/],
    ['a fault', (_, client) => client.onfault(new Error('gone')), /gone/],
  ])('fails on %s', async (_, answer, message) => {
    await expect(driveWindowed(createClient(answer), load(10, 2))).rejects.toThrow(message);
  });
});
