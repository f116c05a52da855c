import { createMemoryPair, type Params, type Progress } from '@mcpwire/jsonrpc';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReferenceServer } from '../src/server.js';
import { ArgumentError, readArguments } from '../src/tools/arguments.js';
import { cut } from '../src/tools/echo-stream.js';
import { tools } from '../src/tools/index.js';
import { connect, connectAs, envelope, everyVersion, legacyVersions, modernVersion, refusal, until } from './support/connection.js';

describe.each(everyVersion)('in revision %s', (version) => {
  it('echo gives back any text', async () => {
    const { callTool } = await connectAs(version);
    for (const text of ['', 'hello', 'line\nline\r\n\u2028', '👩‍👩‍👧‍👦 e\u0301 \u0000', 'x'.repeat(1_000_000)]) {
      expect(await callTool('echo', { text })).toMatchObject({ content: [{ type: 'text', text }] });
    }
  });

  it('echo_stream sends its text in pieces to who asks for progress, and then whole', async () => {
    const { callTool } = await connectAs(version);
    const text = 'héllo 👋🌍👋, in pieces';
    const seen: Progress[] = [];
    const result = await callTool('echo_stream', { text, chunks: 5, delayMs: 1 }, { onprogress: (progress) => seen.push(progress) });
    expect(result).toMatchObject({ content: [{ text }] });
    expect(seen.map(({ progress }) => progress)).toEqual([1, 2, 3, 4, 5]);
    expect(seen.every(({ total }) => total === 5)).toBe(true);
    // The first revision has no field for a message.
    if (version === '2024-11-05') expect(seen.some((progress) => 'message' in progress)).toBe(false);
    else expect(seen.map(({ message }) => message).join('')).toBe(text);
  });

  it('echo_stream sends no progress to who does not ask', async () => {
    const { callTool, notifications } = await connectAs(version);
    expect(await callTool('echo_stream', { text: 'quiet' })).toMatchObject({ content: [{ text: 'quiet' }] });
    expect(notifications).toEqual([]);
  });

  it('slow waits as long as it is told, and says so in the shape of the revision', async () => {
    const { callTool } = await connectAs(version);
    const result = await callTool('slow', { ms: 30 });
    const { waitedMs } = JSON.parse(result.content[0]?.text as string) as { waitedMs: number };
    expect(waitedMs).toBeGreaterThanOrEqual(29);
    expect('structuredContent' in result).toBe(version >= '2025-06-18');
  });

  it('a call that is cancelled stops and is never answered', async () => {
    const { callTool, request, witness, server } = await connectAs(version);
    for (const [name, args] of [
      ['slow', { ms: 60_000 }],
      ['echo_stream', { text: 'abc', chunks: 3, delayMs: 30_000 }],
    ] as const) {
      const controller = new AbortController();
      const call = callTool(name, args, { signal: controller.signal });
      await until(() => server.peer.inFlightRequests === 1);
      controller.abort('enough');
      await expect(call).rejects.toMatchObject({ code: 'aborted' });
      await until(() => server.peer.inFlightRequests === 0);
    }
    const before = witness.sent.length;
    await request('tools/list');
    expect(witness.sent.length).toBe(before + 1);
  });

  it('echo_stream sends no more pieces once it is cancelled, even when it never waits', async () => {
    const { callTool, server, witness, request } = await connectAs(version);
    const controller = new AbortController();
    const call = callTool(
      'echo_stream',
      { text: 'x'.repeat(10_000), chunks: 10_000 },
      {
        signal: controller.signal,
        onprogress: ({ progress }) => progress === 3 && controller.abort(),
      },
    );
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    await until(() => server.peer.inFlightRequests === 0);
    const pieces = witness.sent.filter((message) => 'method' in message).length;
    expect(pieces).toBeLessThan(1_000);
    await request('tools/list');
    expect(witness.sent.filter((message) => 'method' in message).length).toBe(pieces);
  });

  it('fail fails in each of its ways', async () => {
    const { callTool, serverErrors } = await connectAs(version);
    expect(await callTool('fail', { how: 'tool' })).toMatchObject({ isError: true, content: [{ type: 'text' }] });
    expect(await refusal(callTool('fail', { how: 'protocol' }))).toEqual({
      code: 1000,
      message: expect.any(String),
      data: { how: 'protocol' },
    });
    expect(await refusal(callTool('fail', { how: 'throw' }))).toEqual({
      code: -32603,
      message: 'This handler threw, as it was asked to.',
      data: undefined,
    });
    expect(serverErrors).toEqual([]);
  });

  it('bad arguments are told as the revision wants it, and name what is wrong', async () => {
    const { callTool } = await connectAs(version);
    const cases: [string, Params | undefined, string][] = [
      ['echo', undefined, 'text is missing'],
      ['echo', { text: 7 }, 'text must be a string, and is 7'],
      ['echo', { text: 'a', more: 1 }, 'no argument "more"'],
      ['slow', { ms: -1 }, 'from 0 to 300000, and is -1'],
      ['slow', { ms: 300_001 }, 'from 0 to 300000, and is 300001'],
      ['slow', { ms: 1.5 }, 'and is 1.5'],
      ['fail', { how: 'loudly' }, 'one of tool, protocol, throw'],
      ['echo_stream', { text: 'a', chunks: 0 }, 'from 1 to 10000'],
    ];
    for (const [name, args, words] of cases) {
      if (version < '2025-11-25')
        expect(await refusal(callTool(name, args))).toMatchObject({ code: -32602, message: expect.stringContaining(words) });
      else expect(await callTool(name, args)).toMatchObject({ isError: true, content: [{ text: expect.stringContaining(words) }] });
    }
  });

  it('limits that depend on several arguments are told in the result', async () => {
    const { callTool } = await connectAs(version);
    const tooLong = await callTool('echo_stream', { text: 'a', chunks: 10_000, delayMs: 60_000 });
    expect(tooLong).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('300000') }] });
    expect(await callTool('set_note', { text: 'ü'.repeat(32_769) })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('65538') }],
    });
  });

  it('an unknown tool and a malformed call are refused with -32602', async () => {
    const { request } = await connectAs(version);
    for (const params of [
      {},
      { name: 'nothing' },
      { name: 7 },
      { name: 'echo', arguments: 'text' },
      { name: 'echo', arguments: [] },
      { name: 'toString' },
    ]) {
      expect(await refusal(request('tools/call', params))).toMatchObject({ code: -32602 });
    }
    const { message } = await refusal(request('tools/call', { name: 'x'.repeat(100_000) }));
    expect(message.length).toBeLessThan(300);
  });

  it('many calls at once are each answered with their own', async () => {
    const { callTool } = await connectAs(version);
    const texts = Array.from({ length: 200 }, (_, index) => `text ${index}`);
    const results = await Promise.all(
      texts.map((text, index) => (index % 2 ? callTool('echo', { text }) : callTool('echo_stream', { text }))),
    );
    expect(results.map(({ content }) => content[0]?.text)).toEqual(texts);
  });
});

describe('ask, with a legacy client', () => {
  it.each(['2025-06-18', '2025-11-25'])('asks the user while the call waits (%s)', async (version) => {
    const { callTool, client } = await connectAs(version, { capabilities: { elicitation: {} } });
    client.handle('elicitation/create', ({ message }) => ({ action: 'accept', content: { answer: `You asked: ${message}` } }));
    expect(await callTool('ask', { question: 'How are you?' })).toMatchObject({ content: [{ text: 'You asked: How are you?' }] });
    client.handle('elicitation/create', () => ({ action: 'decline' }));
    expect(await callTool('ask', { question: 'And now?' })).toMatchObject({ content: [{ text: '(no answer: decline)' }] });
  });

  it.each(legacyVersions)('says so if the client can not ask (%s)', async (version) => {
    for (const capabilities of [{}, { elicitation: { url: {} } }]) {
      const { callTool } = await connectAs(version, { capabilities });
      expect(await callTool('ask', { question: 'Hm?' })).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining('elicitation') }],
      });
    }
  });

  it('sends no request before the client has confirmed the handshake', async () => {
    const { client } = await connect();
    const clientInfo = { name: 'test', version: '1' };
    await client.request('initialize', { protocolVersion: '2025-11-25', capabilities: { elicitation: {} }, clientInfo });
    const result = await client.request('tools/call', { name: 'ask', arguments: { question: 'Too early?' } });
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('notifications/initialized') }] });
  });

  it('gives up its question when the call is cancelled', async () => {
    const { callTool, client, server, notifications } = await connectAs('2025-11-25', { capabilities: { elicitation: {} } });
    client.handle('elicitation/create', () => new Promise(() => {}));
    const controller = new AbortController();
    const call = callTool('ask', { question: 'Still there?' }, { signal: controller.signal });
    await until(() => server.peer.pendingRequests === 1);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    await until(() => server.peer.pendingRequests === 0 && notifications.length > 0);
    expect(notifications[0]?.[0]).toBe('notifications/cancelled');
  });
});

describe('ask, with a modern client', () => {
  const question = { name: 'ask', arguments: { question: 'How are you?' } };

  it('sends the client back for the answer, and never sends a request', async () => {
    const { request, witness } = await connectAs(modernVersion, { capabilities: { elicitation: {} } });
    const asked = await request<{ resultType: string; inputRequests: Record<string, Params> }>('tools/call', question);
    expect(asked.resultType).toBe('input_required');
    const [key, inputRequest] = Object.entries(asked.inputRequests)[0] as [string, Params];
    expect(inputRequest).toMatchObject({ method: 'elicitation/create', params: { mode: 'form', message: 'How are you?' } });
    const inputResponses = { [key]: { action: 'accept', content: { answer: 'Fine.' } } };
    expect(await request('tools/call', { ...question, inputResponses })).toMatchObject({
      resultType: 'complete',
      content: [{ text: 'Fine.' }],
    });
    expect(witness.sent.filter((message) => 'method' in message && 'id' in message)).toEqual([]);
  });

  it('asks again if the answer is not among what comes back', async () => {
    const { request } = await connectAs(modernVersion, { capabilities: { elicitation: { form: {} } } });
    expect(await request('tools/call', { ...question, inputResponses: { other: {} } })).toMatchObject({ resultType: 'input_required' });
  });

  it('refuses an answer of another form with -32602', async () => {
    const { request } = await connectAs(modernVersion, { capabilities: { elicitation: { form: {} } } });
    for (const inputResponses of [
      'x',
      { answer: 'x' },
      { answer: { action: 'accept' } },
      { answer: { action: 'accept', content: { answer: 7 } } },
    ]) {
      expect(await refusal(request('tools/call', { ...question, inputResponses }))).toMatchObject({ code: -32602 });
    }
  });

  it('refuses a client that can not ask, and names the capability', async () => {
    const { client } = await connect();
    for (const capabilities of [{}, { elicitation: { url: {} } }, { sampling: {} }]) {
      const { code, data } = await refusal(client.request('tools/call', { ...question, _meta: envelope(capabilities) }));
      expect(code).toBe(-32021);
      expect(data).toEqual({ requiredCapabilities: { elicitation: { form: {} } } });
    }
  });
});

describe('a legacy client hears log messages', () => {
  it.each(legacyVersions)('from the level on that it sets, and none before (%s)', async (version) => {
    const { request, notifications } = await connectAs(version);
    const slow = { name: 'slow', arguments: { ms: 0 } };
    await request('tools/call', slow);
    expect(notifications).toEqual([]);
    expect(await request('logging/setLevel', { level: 'info' })).toEqual({});
    await request('tools/call', slow);
    expect(notifications).toEqual([['notifications/message', { level: 'info', logger: 'reference-server', data: 'waiting 0 ms' }]]);
    await request('logging/setLevel', { level: 'warning' });
    await request('tools/call', slow);
    expect(notifications.length).toBe(1);
  });

  it('and is refused with -32602 if it sets one that there is not', async () => {
    const { request } = await connectAs('2025-11-25');
    for (const level of ['loud', '', 3, undefined])
      expect(await refusal(request('logging/setLevel', { level }))).toMatchObject({ code: -32602 });
  });
});

describe('arguments', () => {
  const ajv = new Ajv2020();
  const value = fc.oneof(
    fc.string(),
    fc.integer({ min: -10, max: 400_000 }),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom('tool', 'throw'),
    fc.array(fc.integer()),
  );

  it.each(tools.map((tool) => [tool.name, tool] as const))('of %s are read exactly as its schema says', (_, { inputSchema }) => {
    const validate = ajv.compile(inputSchema);
    const names = [...Object.keys(inputSchema.properties), 'stranger', '__proto__'];
    const given = fc.dictionary(fc.constantFrom(...names), value, { noNullPrototype: true });
    fc.assert(
      fc.property(given, (args) => {
        let read: object | undefined;
        try {
          read = readArguments(inputSchema, args);
        } catch (error) {
          expect(error).toBeInstanceOf(ArgumentError);
        }
        expect(read !== undefined).toBe(validate(args));
        if (read) expect(read).toMatchObject(args);
      }),
    );
  });

  it('that are left out have their defaults', () => {
    const echoStream = tools.find(({ name }) => name === 'echo_stream');
    expect(readArguments(echoStream?.inputSchema as never, { text: 'a' })).toEqual({ text: 'a', chunks: 10, delayMs: 0 });
  });
});

describe('cutting a text', () => {
  it('loses nothing, makes no empty piece, no more pieces than asked, and cuts no character in two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (text, count) => {
        const pieces = cut(text, count);
        expect(pieces.join('')).toBe(text);
        expect(pieces.length).toBeLessThanOrEqual(count);
        for (const piece of pieces) {
          expect(piece).not.toBe('');
          expect(Buffer.from(piece).toString()).toBe(piece);
        }
      }),
    );
  });
});

describe('options', () => {
  it('that make no sense are refused where they are given', () => {
    const make = (options: object) => () => createReferenceServer(createMemoryPair()[1], options);
    expect(make({ pageSize: 0 })).toThrow(/pageSize is 0/);
    expect(make({ pageSize: 1.5 })).toThrow(/pageSize is 1.5/);
    expect(make({ allowFetch: ['http://example.com'] })).toThrow(/no host to allow/);
  });

  it('limit how much is worked on at once', async () => {
    const { callTool } = await connectAs('2025-11-25', { maxInFlight: 2 });
    const controller = new AbortController();
    const waiting = [1, 2].map(() => callTool('slow', { ms: 60_000 }, { signal: controller.signal }).catch(() => 'cancelled'));
    expect(await refusal(callTool('slow', { ms: 0 }))).toMatchObject({ code: -31001 });
    controller.abort();
    expect(await Promise.all(waiting)).toEqual(['cancelled', 'cancelled']);
  });
});
