import { describe, expect, test } from 'vitest';
import { type JsonRpcMessage, TransportError } from '../src/index.js';
import { ScriptedTransport, settle } from './fixtures/scripted-transport.js';

const note = (n: number): JsonRpcMessage => ({ jsonrpc: '2.0', method: `${n}` });
const numberOf = (message: JsonRpcMessage): number => Number((message as { method: string }).method);

async function started(): Promise<{
  transport: ScriptedTransport;
  seen: number[];
  errors: Error[];
  listen: (besides?: (n: number) => void) => void;
}> {
  const transport = new ScriptedTransport();
  const seen: number[] = [];
  const errors: Error[] = [];
  transport.onerror = (error) => errors.push(error);
  const listen = (besides?: (n: number) => void): void => {
    transport.onmessage = (message) => {
      seen.push(numberOf(message));
      besides?.(numberOf(message));
    };
  };
  await transport.start();
  return { transport, seen, errors, listen };
}

describe('start', () => {
  test('happens once', async () => {
    const transport = new ScriptedTransport();
    await transport.start();
    await expect(transport.start()).rejects.toMatchObject({ name: 'TransportError', code: 'already-started' });
  });

  test('rejects with aborted when its signal has aborted, and may be tried again', async () => {
    const transport = new ScriptedTransport();
    await expect(transport.start({ signal: AbortSignal.abort('no time') })).rejects.toMatchObject({
      name: 'TransportError',
      code: 'aborted',
      cause: 'no time',
    });
    await transport.start();
  });

  test('rejects with closed after close', async () => {
    const transport = new ScriptedTransport();
    await transport.close();
    await expect(transport.start()).rejects.toMatchObject({ name: 'TransportError', code: 'closed' });
  });

  test('rejects with what kept the channel from opening, and hands its options on', async () => {
    const transport = new ScriptedTransport();
    const failure = new TransportError('spawn-failed', 'no such command');
    const { signal } = new AbortController();
    transport.onopen = async (options) => {
      expect(options?.signal).toBe(signal);
      throw failure;
    };
    await expect(transport.start({ signal })).rejects.toBe(failure);
  });
});

describe('send', () => {
  test.each([
    ['before start', 'not-started', () => {}],
    ['after close', 'closed', (transport: ScriptedTransport) => transport.close()],
    ['after the other side has gone', 'peer-gone', (transport: ScriptedTransport) => transport.end({ kind: 'peer-gone' })],
    ['after a failure', 'peer-gone', (transport: ScriptedTransport) => transport.end({ kind: 'failed', error: new Error('why') })],
  ] as const)('%s rejects with %s', async (_when, code, prepare) => {
    const transport = new ScriptedTransport();
    if (code !== 'not-started') await transport.start();
    await prepare(transport);
    await expect(transport.send(note(1))).rejects.toMatchObject({ name: 'TransportError', code });
  });

  test('says why the other side is gone', async () => {
    const { transport } = await started();
    const error = new Error('exit code 3');
    transport.end({ kind: 'peer-gone', error });
    await expect(transport.send(note(1))).rejects.toMatchObject({ message: expect.stringContaining('exit code 3'), cause: error });
  });
});

describe('messages that come while onmessage is unset', () => {
  test('wait for it, in order, and later ones stay behind them', async () => {
    const { transport, seen, listen } = await started();
    transport.receive(note(1), note(2));
    expect(transport.waits).toEqual([true]);
    listen((n) => {
      if (n === 1) transport.receive(note(4));
    });
    transport.receive(note(3));
    expect(seen).toEqual([]);
    await settle();
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(transport.waits).toEqual([true, false]);
    transport.receive(note(5));
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  test('keep what is known about them', async () => {
    const { transport } = await started();
    transport.receiveWith(note(1), { authInfo: 'anna' });
    const context = await new Promise((resolve) => {
      transport.onmessage = (_message, its) => resolve(its);
    });
    expect(context).toEqual({ authInfo: 'anna' });
  });

  test('wait on when it is unset again meanwhile', async () => {
    const { transport, seen, listen } = await started();
    transport.receive(note(1), note(2), note(3));
    listen((n) => {
      if (n === 2) transport.onmessage = undefined;
    });
    await settle();
    expect(seen).toEqual([1, 2]);
    transport.receive(note(4));
    listen();
    listen();
    await settle();
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(transport.waits).toEqual([true, false]);
  });

  test('are reported as lost when the channel ends first, and only those', async () => {
    const { transport, seen, errors, listen } = await started();
    transport.receive(note(1), note(2), note(3));
    listen((n) => {
      if (n === 1) transport.end({ kind: 'peer-gone' });
    });
    await settle();
    expect(seen).toEqual([1]);
    expect(errors).toMatchObject([{ name: 'TransportError', code: 'peer-gone', details: { lost: 2 } }]);
    listen();
    await settle();
    expect(seen).toEqual([1]);
  });

  test('are dropped without a word by close', async () => {
    const { transport, seen, errors, listen } = await started();
    transport.receive(note(1));
    await transport.close();
    transport.receive(note(2));
    listen();
    await settle();
    expect([seen, errors]).toEqual([[], []]);
  });
});

describe('a callback that throws', () => {
  test('is reported to onerror and stops nothing', async () => {
    const { transport, seen, errors, listen } = await started();
    const thrown = new Error('from onmessage');
    transport.receive(note(1), note(2));
    listen(() => {
      throw thrown;
    });
    await settle();
    transport.receive(note(3));
    expect(seen).toEqual([1, 2, 3]);
    expect(errors).toMatchObject(
      [1, 2, 3].map(() => ({ code: 'handler-failed', message: 'onmessage threw: from onmessage', cause: thrown })),
    );
  });

  test('may throw what cannot be shown', async () => {
    const { transport, errors, listen } = await started();
    listen(() => {
      throw Object.create(null);
    });
    transport.receive(note(1));
    expect(errors).toMatchObject([{ code: 'handler-failed' }]);
  });

  test('may be onclose', async () => {
    const { transport, errors } = await started();
    transport.onclose = () => {
      throw new Error('from onclose');
    };
    await transport.close();
    expect(errors).toMatchObject([{ code: 'handler-failed', message: 'onclose threw: from onclose' }]);
  });

  test('may be onerror: then nobody is told, and all goes on', async () => {
    const { transport, seen, listen } = await started();
    transport.onerror = () => {
      throw new Error('from onerror');
    };
    listen(() => {
      throw new Error('from onmessage');
    });
    transport.receive(note(1), note(2));
    transport.fail(new Error('some trouble'));
    await transport.close();
    await settle();
    expect(seen).toEqual([1, 2]);
  });
});

describe('the end', () => {
  test('is told once, with its first reason', async () => {
    const { transport } = await started();
    const reasons: unknown[] = [];
    transport.onclose = (reason) => {
      reasons.push(reason);
      void transport.close();
    };
    expect(transport.closeReason).toBeUndefined();
    transport.end({ kind: 'peer-gone', exitCode: 3 });
    transport.end({ kind: 'failed' });
    await transport.close();
    await transport[Symbol.asyncDispose]();
    expect(reasons).toEqual([{ kind: 'peer-gone', exitCode: 3 }]);
    expect(transport.closeReason).toBe(reasons[0]);
  });

  test('comes after the last message: none is handed over once onclose was called', async () => {
    const { transport, seen, listen } = await started();
    listen((n) => {
      if (n === 2) void transport.close();
    });
    transport.receive(note(1), note(2), note(3));
    expect(seen).toEqual([1, 2]);
  });
});
