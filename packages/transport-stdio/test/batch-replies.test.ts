import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JsonRpcMessage, Peer } from '@mcpwire/jsonrpc';
import { PipeTransport } from '@mcpwire/transport-stdio';
import { describe, expect, test } from 'vitest';
import { BatchReplies } from '../src/batch-replies.js';
import { textOf } from './support/duplex-pair.js';
import { expectNoLeftovers } from './support/leftovers.js';
import { ServerRun } from './support/server-run.js';
import { until } from './support/until.js';

expectNoLeftovers();

const call = (id: number | string, ms: number): object => ({ jsonrpc: '2.0', id, method: 'slow', params: { ms } });
const note = (method: string, params: object = {}): object => ({ jsonrpc: '2.0', method, params });

/** A server over two in-memory streams, after an `initialize` that settled on `version`. */
class Served {
  readonly input = new PassThrough();
  readonly output = new PassThrough();
  readonly transport: PipeTransport = new PipeTransport(this.input, this.output, { answerMalformed: true, drainMs: 200 });
  readonly peer: Peer = new Peer(this.transport);
  readonly errors: Error[] = [];
  readonly notes: unknown[] = [];
  #read = '';

  static async start(version: string): Promise<Served> {
    const served = new Served();
    served.peer.onerror = (error) => served.errors.push(error);
    served.peer.handle('initialize', () => ({ protocolVersion: version, capabilities: {}, serverInfo: { name: 'test', version: '1' } }));
    served.peer.handle('slow', async ({ ms }) => {
      await sleep(Number(ms));
      return { ms };
    });
    served.peer.handle('impossible', () => ({ big: 1n }));
    served.peer.handle('hang', () => new Promise(() => {}));
    served.peer.handleNotification('note', (params) => served.notes.push(params));
    served.output.on('data', (chunk) => {
      served.#read += chunk;
    });
    await served.peer.start();
    served.send({ jsonrpc: '2.0', id: 'init', method: 'initialize' });
    await until('it is initialized', () => served.lines.length === 1);
    served.#read = '';
    return served;
  }

  /** The lines written since the last call of `take`. */
  get lines(): unknown[] {
    return this.#read
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  }

  send(line: object): void {
    this.input.write(`${JSON.stringify(line)}\n`);
  }

  async take(count: number): Promise<unknown[]> {
    await until(`${count} lines are written`, () => this.lines.length >= count);
    // More would be wrong, and would come soon.
    await sleep(20);
    const { lines } = this;
    this.#read = '';
    return lines;
  }
}

describe('a batch, in revision 2025-03-26', () => {
  test('is answered by one array, when its last request is answered', async () => {
    const served = await Served.start('2025-03-26');
    served.send([call(1, 60), note('note', { a: 1 }), call(2, 0), call('three', 30)]);
    const [answer, ...more] = await served.take(1);
    expect(more).toEqual([]);
    expect(answer).toEqual([
      { jsonrpc: '2.0', id: 2, result: { ms: 0 } },
      { jsonrpc: '2.0', id: 'three', result: { ms: 30 } },
      { jsonrpc: '2.0', id: 1, result: { ms: 60 } },
    ]);
    expect(served.notes).toEqual([{ a: 1 }]);
    await served.peer.close();
  });

  test('of notifications alone is not answered', async () => {
    const served = await Served.start('2025-03-26');
    served.send([note('note', { n: 1 }), note('note', { n: 2 })]);
    await until('they have come', () => served.notes.length === 2);
    expect(await served.take(0)).toEqual([]);
    await served.peer.close();
  });

  test('has its malformed elements answered in the same array, their ids where they can be read', async () => {
    const served = await Served.start('2025-03-26');
    served.send([call(1, 0), { jsonrpc: '2.0', id: 7, method: 7 }, 'nonsense']);
    expect(await served.take(1)).toEqual([
      [
        { jsonrpc: '2.0', id: 7, error: { code: -32600, message: expect.any(String) } },
        { jsonrpc: '2.0', error: { code: -32600, message: expect.any(String) } },
        { jsonrpc: '2.0', id: 1, result: { ms: 0 } },
      ],
    ]);
    expect(served.errors).toHaveLength(2);
    await served.peer.close();
  });

  test('of malformed elements alone is answered by an array of errors', async () => {
    const served = await Served.start('2025-03-26');
    served.send([1, 2] as unknown as object);
    expect(await served.take(1)).toEqual([
      [expect.objectContaining({ error: expect.anything() }), expect.objectContaining({ error: expect.anything() })],
    ]);
    await served.peer.close();
  });

  test('that is empty is malformed itself', async () => {
    const served = await Served.start('2025-03-26');
    served.send([]);
    expect(await served.take(1)).toEqual([{ jsonrpc: '2.0', error: { code: -32600, message: expect.stringMatching(/empty batch/) } }]);
    await served.peer.close();
  });

  test('does not wait for a request that is cancelled', async () => {
    const served = await Served.start('2025-03-26');
    served.send([call(1, 0), { jsonrpc: '2.0', id: 2, method: 'hang' }]);
    await sleep(20);
    served.send(note('notifications/cancelled', { requestId: 2 }));
    expect(await served.take(1)).toEqual([[{ jsonrpc: '2.0', id: 1, result: { ms: 0 } }]]);
    // All of them cancelled: nothing to answer.
    served.send([{ jsonrpc: '2.0', id: 3, method: 'hang' }, note('notifications/cancelled', { requestId: 3 })]);
    served.send(call(4, 0));
    expect(await served.take(1)).toEqual([{ jsonrpc: '2.0', id: 4, result: { ms: 0 } }]);
    await served.peer.close();
  });

  test('with an id twice is answered, to both', async () => {
    const served = await Served.start('2025-03-26');
    served.send([call(1, 10), call(1, 10)]);
    const ids = (await served.take(2)).flat().map((answer) => (answer as JsonRpcMessage & { id: unknown }).id);
    expect(ids).toEqual([1, 1]);
    await served.peer.close();
  });

  test('that uses an id of an earlier one which is not answered yet does not break that', async () => {
    const served = await Served.start('2025-03-26');
    served.send([call(1, 60), call(2, 0)]);
    served.send([call(2, 0), call(3, 0)]);
    const answers = await served.take(3);
    expect(answers.flat()).toHaveLength(4);
    await served.peer.close();
  });

  test('with a result that cannot be written as JSON has an error in its place', async () => {
    const served = await Served.start('2025-03-26');
    served.send([call(1, 30), { jsonrpc: '2.0', id: 2, method: 'impossible' }]);
    expect(await served.take(1)).toMatchObject([
      [
        { id: 2, error: { code: -32603 } },
        { id: 1, result: { ms: 30 } },
      ],
    ]);
    await served.peer.close();
  });

  test('is answered with what there is when the input ends and the rest does not come within drainMs', async () => {
    const served = await Served.start('2025-03-26');
    const rest = textOf(served.output);
    served.send([call(1, 0), { jsonrpc: '2.0', id: 2, method: 'hang' }]);
    served.input.end();
    expect(JSON.parse(await rest)).toEqual([{ jsonrpc: '2.0', id: 1, result: { ms: 0 } }]);
  });

  test('leaves no send waiting when the transport is closed', async () => {
    const served = await Served.start('2025-03-26');
    let sent: Promise<void> | undefined;
    served.transport.onmessage = (message) => {
      if ('id' in message && message.id === 1) sent = served.transport.send({ jsonrpc: '2.0', id: 1, result: {} });
    };
    served.send([call(1, 0), call(2, 0)]);
    await until('one is answered', () => sent !== undefined);
    await served.transport.close();
    await expect(sent).resolves.toBeUndefined();
  });

  test('… and nothing unhandled when its output breaks', async () => {
    const served = await Served.start('2025-03-26');
    served.send([call(1, 20), { jsonrpc: '2.0', id: 2, method: 'hang' }, 3]);
    served.send([4, 5] as unknown as object);
    await sleep(5);
    served.output.destroy();
    await until('it is closed', () => served.transport.closeReason);
    await sleep(30);
  });

  test('may hold the responses to requests of this side', async () => {
    const served = await Served.start('2025-03-26');
    const answers = Promise.all([served.peer.request('a'), served.peer.request('b')]);
    await served.take(2);
    served.send([
      { jsonrpc: '2.0', id: 2, result: { b: true } },
      { jsonrpc: '2.0', id: 1, result: { a: true } },
    ]);
    expect(await answers).toEqual([{ a: true }, { b: true }]);
    await served.peer.close();
  });
});

describe('a batch, in any other revision', () => {
  test.each(['2024-11-05', '2025-06-18', '2025-11-25'])('%s: is refused with one error', async (version) => {
    const served = await Served.start(version);
    served.send([call(1, 0), call(2, 0)]);
    expect(await served.take(1)).toEqual([
      { jsonrpc: '2.0', error: { code: -32600, message: expect.stringMatching(/batch, which only revision 2025-03-26 has/) } },
    ]);
    expect(served.errors).toMatchObject([{ code: 'malformed-message' }]);
    await served.peer.close();
  });

  test('before any revision is agreed on: refused too', async () => {
    const server = new ServerRun('server.js');
    server.send([call(1, 0), call(2, 0)]);
    server.stdin.end();
    await server.end();
    expect(server.messages).toMatchObject([{ error: { code: -32600 } }]);
  });

  test('the client learns the revision from setProtocolVersion, as the official SDK tells it', async () => {
    const input = new PassThrough();
    const transport = new PipeTransport(input, new PassThrough());
    const received: unknown[] = [];
    transport.onmessage = (message) => received.push(message);
    await transport.start();
    transport.setProtocolVersion('2025-03-26');
    input.write(`${JSON.stringify([note('a'), note('b')])}\n`);
    await until('both have come', () => received.length === 2);
    await transport.close();
  });
});

describe('the SDK as a server that batches are sent to', () => {
  test.each(['v1', 'v2'])('%s: one array comes back', async (generation) => {
    const server = new ServerRun('sdk-server.js', [generation, 'ours']);
    server.send({
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    });
    await server.answers(1);
    server.send([{ jsonrpc: '2.0', method: 'notifications/initialized' }, ...[1, 2].map((id) => ({ jsonrpc: '2.0', id, method: 'ping' }))]);
    server.stdin.end();
    await server.end();
    expect(server.messages[1]).toEqual([1, 2].map((id) => ({ jsonrpc: '2.0', id, result: {} })));
  });
});

test('the gathering keeps nothing of a batch that is answered', async () => {
  const lines: string[] = [];
  const replies = new BatchReplies(async (line) => {
    lines.push(line);
  });
  replies.open([1, 2], []);
  expect(replies.add(1, '"one"')).toBeInstanceOf(Promise);
  await replies.add(2, '"two"');
  expect(lines).toEqual(['["one","two"]\n']);
  expect(replies.add(1, '"again"')).toBeUndefined();
});
