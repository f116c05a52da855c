import { describe, expect, test } from 'vitest';
import { createMemoryPair, type JsonRpcMessage, type SendOptions, type TapObserver, type Transport, tap } from '../src/index.js';
import { ScriptedTransport, settle } from './fixtures/scripted-transport.js';

const note = (method: string): JsonRpcMessage => ({ jsonrpc: '2.0', method });
const methodOf = (message: JsonRpcMessage): string => (message as { method: string }).method;

/** As the official SDK's transports are: callbacks are plain properties, which it reads itself for each message. */
class PlainTransport implements Transport {
  onmessage?: Transport['onmessage'];
  readonly sent: [JsonRpcMessage, SendOptions | undefined][] = [];

  async start(): Promise<void> {}

  async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    this.sent.push([message, options]);
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  receive(message: JsonRpcMessage): void {
    this.onmessage?.(message, { authInfo: 'anna' });
  }
}

/** What an observer was told. */
function recorder(name = ''): TapObserver & { told: string[] } {
  const told: string[] = [];
  return {
    told,
    onsend: (message) => told.push(`${name}>${methodOf(message)}`),
    onreceive: (message) => told.push(`${name}<${methodOf(message)}`),
  };
}

/** As the official SDK's `Protocol.connect` does: calls the handler that was there before. */
function chain(transport: Transport, handler: (message: JsonRpcMessage) => void): void {
  const before = transport.onmessage;
  transport.onmessage = (message, context) => {
    before?.(message, context);
    handler(message);
  };
}

const kinds: [what: string, make: () => Promise<PlainTransport | ScriptedTransport>][] = [
  ['a transport with plain properties', async () => new PlainTransport()],
  [
    'a transport with an accessor',
    async () => {
      const transport = new ScriptedTransport();
      await transport.start();
      return transport;
    },
  ],
];

describe.each(kinds)('a tap on %s', (_what, make) => {
  test('sees what is sent and received, before it is, with all that belongs to it', async () => {
    const transport = await make();
    const calls: unknown[] = [];
    tap(transport, {
      onsend: (...of) => calls.push(['send', ...of, transport.sent.length]),
      onreceive: (message) => calls.push(['receive', message]),
    });
    transport.onmessage = (message) => calls.push(['handled', message]);
    const options = { relatedRequestId: 7 };
    await transport.send(note('a'), options);
    transport.receive(note('b'));
    expect(calls).toEqual([
      ['send', note('a'), options, 0],
      ['receive', note('b')],
      ['handled', note('b')],
    ]);
    expect(transport.sent).toHaveLength(1);
  });

  test.each(['before', 'after'])('works for a handler that is set %s it', async (when) => {
    const transport = await make();
    const observer = recorder();
    const handled: string[] = [];
    const handler = (message: JsonRpcMessage): void => void handled.push(methodOf(message));
    if (when === 'before') transport.onmessage = handler;
    tap(transport, observer);
    if (when === 'after') transport.onmessage = handler;
    transport.receive(note('a'));
    transport.onmessage = (message) => handled.push(`replaced ${methodOf(message)}`);
    transport.receive(note('b'));
    expect(handled).toEqual(['a', 'replaced b']);
    expect(observer.told).toEqual(['<a', '<b']);
  });

  test('sees each message once also when handlers chain those before them', async () => {
    const transport = await make();
    const handled: string[] = [];
    transport.onmessage = () => handled.push('first');
    const observer = recorder();
    tap(transport, observer);
    chain(transport, () => handled.push('second'));
    chain(transport, () => handled.push('third'));
    const message = note('a');
    transport.receive(message);
    transport.receive(message);
    expect(handled).toEqual(['first', 'second', 'third', 'first', 'second', 'third']);
    expect(observer.told).toEqual(['<a', '<a']);
  });

  test('sees messages that arrive while another is handled', async () => {
    const transport = await make();
    const observer = recorder();
    tap(transport, observer);
    transport.onmessage = (message) => {
      if (methodOf(message) === 'outer') transport.receive(note('inner'));
    };
    transport.receive(note('outer'));
    expect(observer.told).toEqual(['<outer', '<inner']);
  });

  test('is gone without a trace when removed, and removing it again does nothing', async () => {
    const transport = await make();
    const handler = (): void => {};
    transport.onmessage = handler;
    const keys = Object.getOwnPropertyNames(transport);
    const observer = recorder();
    const remove = tap(transport, observer);
    remove();
    expect(Object.getOwnPropertyNames(transport)).toEqual(keys);
    expect(transport.onmessage).toBe(handler);
    expect(transport.send).toBe(Object.getPrototypeOf(transport).send);
    const replacement = async (): Promise<void> => {};
    transport.send = replacement;
    remove();
    expect(transport.send).toBe(replacement);
    transport.receive(note('a'));
    expect(observer.told).toEqual([]);
  });

  test('hands the handler that was set meanwhile on when removed', async () => {
    const transport = await make();
    const observer = recorder();
    const remove = tap(transport, observer);
    const handled: string[] = [];
    transport.onmessage = (message) => handled.push(methodOf(message));
    chain(transport, (message) => handled.push(`chained ${methodOf(message)}`));
    remove();
    transport.receive(note('a'));
    transport.onmessage = (message) => handled.push(`replaced ${methodOf(message)}`);
    transport.receive(note('b'));
    expect(handled).toEqual(['a', 'chained a', 'replaced b']);
    expect(observer.told).toEqual([]);
  });

  test('bears another one, and both may be removed in either order', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const transport = await make();
      const handled: string[] = [];
      const [first, second] = [recorder('1'), recorder('2')];
      const remove = [tap(transport, first), tap(transport, second)];
      transport.onmessage = (message) => handled.push(methodOf(message));
      transport.receive(note('a'));
      await transport.send(note('b'));
      expect([first.told, second.told]).toEqual([
        ['1<a', '1>b'],
        ['2<a', '2>b'],
      ]);
      remove[order[0] as number]?.();
      transport.onmessage = (message) => handled.push(methodOf(message));
      transport.receive(note('c'));
      await transport.send(note('d'));
      const [gone, left] = order[0] === 0 ? [first, second] : [second, first];
      expect([gone.told.length, left.told.length]).toEqual([2, 4]);
      remove[order[1] as number]?.();
      transport.receive(note('e'));
      await transport.send(note('f'));
      expect([gone.told.length, left.told.length]).toEqual([2, 4]);
      expect(handled).toEqual(['a', 'c', 'e']);
      expect(transport.sent).toHaveLength(3);
    }
  });

  test('bears others that come and go, however many', async () => {
    const transport = await make();
    const handled: string[] = [];
    const observer = recorder();
    tap(transport, observer);
    transport.onmessage = (message) => handled.push(methodOf(message));
    for (let n = 0; n < 20_000; n++) tap(transport, {})();
    transport.receive(note('a'));
    await transport.send(note('b'));
    expect([handled, observer.told]).toEqual([['a'], ['<a', '>b']]);
  });

  test('leaves a send alone that somebody put over it', async () => {
    const transport = await make();
    const observer = recorder();
    const remove = tap(transport, observer);
    const below = transport.send;
    const sent: string[] = [];
    transport.send = (message, options) => {
      sent.push(methodOf(message));
      return below.call(transport, message, options);
    };
    remove();
    await transport.send(note('a'));
    expect([sent, transport.sent.length, observer.told]).toEqual([['a'], 1, []]);
  });

  test('makes the send reject when its observer throws, and never throws there', async () => {
    const transport = await make();
    const thrown = new Error('from the observer');
    tap(transport, {
      onsend: () => {
        throw thrown;
      },
    });
    await expect(transport.send(note('a'))).rejects.toBe(thrown);
    expect(transport.sent).toEqual([]);
  });

  test('does without observers', async () => {
    const transport = await make();
    tap(transport, {});
    const handled: string[] = [];
    transport.onmessage = (message) => handled.push(methodOf(message));
    transport.receive(note('a'));
    await transport.send(note('b'));
    expect([handled, transport.sent.length]).toEqual([['a'], 1]);
  });
});

test('a tap loses no message that came before onmessage was set', async () => {
  const [a, b] = createMemoryPair();
  await Promise.all([a.start(), b.start()]);
  await a.send(note('early'));
  await settle();
  const observer = recorder();
  tap(b, observer);
  await settle();
  expect(observer.told).toEqual([]);
  const handled: string[] = [];
  b.onmessage = (message) => handled.push(methodOf(message));
  await settle();
  expect([handled, observer.told]).toEqual([['early'], ['<early']]);
});

test('setting and unsetting onmessage through a tap works as without it', async () => {
  const transport = new ScriptedTransport();
  await transport.start();
  tap(transport, {});
  const handler = (): void => {};
  transport.onmessage = handler;
  expect(transport.onmessage).toBe(handler);
  transport.onmessage = undefined;
  expect(transport.onmessage).toBeUndefined();
  transport.receive(note('waits'));
  expect(transport.waits).toEqual([true]);
});
