import { describe, expect, it } from 'vitest';
import { connect, connectAs, envelope, everyVersion, modernVersion, refusal } from './support/connection.js';

const META = 'io.modelcontextprotocol';

describe('a modern client', () => {
  it('discovers the server without a handshake', async () => {
    const { client } = await connect();
    expect(await client.request('server/discover', { _meta: envelope() })).toMatchObject({
      resultType: 'complete',
      supportedVersions: everyVersion.toReversed(),
      capabilities: { tools: {}, prompts: {}, resources: { subscribe: true } },
      cacheScope: 'public',
      ttlMs: expect.any(Number),
      _meta: { [`${META}/serverInfo`]: { name: 'mcpwire-reference-server', version: expect.stringMatching(/^\d+\.\d+\.\d+/) } },
    });
  });

  it('may call a tool right away', async () => {
    const { client } = await connect();
    const result = await client.request('tools/call', { name: 'echo', arguments: { text: 'hello' }, _meta: envelope() });
    expect(result).toMatchObject({ resultType: 'complete', content: [{ type: 'text', text: 'hello' }] });
  });

  it('finds the server named in every result', async () => {
    const { request } = await connectAs(modernVersion);
    const asked: [string, object][] = [
      ['server/discover', {}],
      ['tools/list', {}],
      ['tools/call', { name: 'slow', arguments: { ms: 0 } }],
      ['tools/call', { name: 'fail', arguments: { how: 'tool' } }],
      ['resources/list', {}],
      ['resources/templates/list', {}],
      ['resources/read', { uri: 'reference://note' }],
      ['prompts/list', {}],
      ['prompts/get', { name: 'greet', arguments: { name: 'Ada' } }],
    ];
    for (const [method, params] of asked) {
      const result = await request(method, { ...params });
      expect(result, method).toMatchObject({
        resultType: 'complete',
        _meta: { [`${META}/serverInfo`]: { name: 'mcpwire-reference-server' } },
      });
    }
  });

  it('finds hints for caching on what may be cached, and nowhere else', async () => {
    const { request } = await connectAs(modernVersion);
    for (const method of ['server/discover', 'tools/list', 'resources/list', 'resources/templates/list', 'prompts/list']) {
      expect(await request(method), method).toMatchObject({ ttlMs: expect.any(Number), cacheScope: 'public' });
    }
    expect(await request('resources/read', { uri: 'reference://bytes' })).toMatchObject({ ttlMs: 3_600_000, cacheScope: 'public' });
    expect(await request('resources/read', { uri: 'reference://note' })).toMatchObject({ ttlMs: 0, cacheScope: 'public' });
    expect(await request('prompts/get', { name: 'greet', arguments: { name: 'Ada' } })).not.toHaveProperty('ttlMs');
    expect(await request('tools/call', { name: 'echo', arguments: { text: '' } })).not.toHaveProperty('ttlMs');
  });

  for (const version of ['1900-01-01', '2099-01-01', 'latest', '', '2025-11-25', '2024-11-05']) {
    it(`that names the revision ${JSON.stringify(version)} hears which there are, whatever it asks for`, async () => {
      const { client } = await connect();
      for (const method of ['server/discover', 'tools/list', 'ping', 'some/method', 'subscriptions/listen']) {
        const { code, data } = await refusal(client.request(method, { _meta: { [`${META}/protocolVersion`]: version } }));
        expect(code, method).toBe(-32022);
        expect(data).toEqual({ supported: everyVersion.toReversed(), requested: version });
      }
    });
  }

  for (const [what, meta] of [
    ['no capabilities', { ...envelope(), [`${META}/clientCapabilities`]: undefined }],
    ['capabilities that are a list', { ...envelope(), [`${META}/clientCapabilities`]: [] }],
    ['a revision that is a number', { ...envelope(), [`${META}/protocolVersion`]: 2026 }],
    ['a clientInfo without a name', { ...envelope(), [`${META}/clientInfo`]: { version: '1' } }],
    ['a log level that there is not', { ...envelope(), [`${META}/logLevel`]: 'loud' }],
  ] as const) {
    it(`that sends ${what} in its envelope is refused with -32602`, async () => {
      const { client } = await connect();
      for (const method of ['tools/list', 'some/method']) {
        expect(await refusal(client.request(method, { _meta: meta }))).toMatchObject({
          code: -32602,
          message: expect.stringContaining(META),
        });
      }
    });
  }

  it('that forgets its envelope on a modern method hears what is missing', async () => {
    const { client } = await connect();
    for (const params of [undefined, {}, { _meta: {} }, { notifications: {} }]) {
      for (const method of ['server/discover', 'subscriptions/listen']) {
        expect(await refusal(client.request(method, params))).toMatchObject({
          code: -32602,
          message: expect.stringContaining('protocolVersion'),
        });
      }
    }
  });

  it('needs no clientInfo', async () => {
    const { client } = await connect();
    const { [`${META}/clientInfo`]: _, ...meta } = envelope();
    expect(await client.request('tools/list', { _meta: meta })).toHaveProperty('tools');
  });

  it('finds that what its revision dropped is gone', async () => {
    const { request } = await connectAs(modernVersion);
    for (const method of ['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe']) {
      expect(await refusal(request(method)), method).toMatchObject({ code: -32601 });
    }
  });

  it('is sent no log messages', async () => {
    const { request, notifications } = await connectAs(modernVersion);
    await request('tools/call', { name: 'slow', arguments: { ms: 0 }, _meta: { [`${META}/logLevel`]: 'debug' } });
    expect(notifications).toEqual([]);
  });
});

describe('one connection', () => {
  it('serves each request as what it is, modern or legacy', async () => {
    const { request, client } = await connectAs('2024-11-05');
    const legacy = await request<{ tools: object[] }>('tools/list');
    const modern = await client.request<{ tools: object[] }>('tools/list', { _meta: envelope() });
    expect(legacy).not.toHaveProperty('resultType');
    expect(legacy.tools[0]).not.toHaveProperty('title');
    expect(modern).toHaveProperty('resultType', 'complete');
    expect(modern.tools[0]).toHaveProperty('title');
  });

  it('lets nothing of initialize be seen by modern requests', async () => {
    const { client } = await connectAs('2025-11-25', { capabilities: { elicitation: {} } });
    const asked = client.request('tools/call', { name: 'ask', arguments: { question: 'Well?' }, _meta: envelope() });
    expect(await refusal(asked)).toMatchObject({ code: -32021 });
  });

  it('is not initialized by modern requests', async () => {
    const { client } = await connect();
    await client.request('tools/list', { _meta: envelope() });
    expect(await refusal(client.request('tools/list'))).toMatchObject({ code: -32600 });
  });
});
