import { describe, expect, it } from 'vitest';
import { clientInfo, connect, connectAs, legacyVersions, refusal } from './support/connection.js';
import { havePublishedSchemas } from './support/published-schemas.js';

it.skipIf(!havePublishedSchemas)('the published schemas are there, so every message of these tests is held against them', () => {
  expect(havePublishedSchemas).toBe(true);
});

const initialize = (protocolVersion: unknown): object => ({ protocolVersion, capabilities: {}, clientInfo });

describe('a legacy client', () => {
  for (const version of legacyVersions) {
    it(`that asks for ${version} gets it`, async () => {
      const { client } = await connect();
      const result = await client.request<Record<string, object>>('initialize', { ...initialize(version) });
      expect(result.protocolVersion).toBe(version);
      expect(result.capabilities).toEqual({ tools: {}, prompts: {}, resources: { subscribe: true }, logging: {} });
      const known = ['name', 'version', ...(version >= '2025-06-18' ? ['title'] : []), ...(version >= '2025-11-25' ? ['description'] : [])];
      expect(Object.keys(result.serverInfo as object)).toEqual(known);
    });
  }

  for (const version of ['2023-01-01', '2026-07-28', '2099-12-31', '']) {
    it(`that asks for ${JSON.stringify(version)}, which has no handshake here, is offered the latest that has`, async () => {
      const { client } = await connect();
      expect(await client.request('initialize', { ...initialize(version) })).toMatchObject({ protocolVersion: '2025-11-25' });
    });
  }

  it('may ping before it initializes', async () => {
    const { client } = await connect();
    expect(await client.request('ping')).toEqual({});
  });

  it('is told to initialize when it begins with anything else', async () => {
    const { client } = await connect();
    for (const method of ['tools/list', 'tools/call', 'resources/read', 'prompts/get', 'logging/setLevel', 'resources/subscribe']) {
      expect(await refusal(client.request(method))).toMatchObject({
        code: -32600,
        message: expect.stringContaining('Send initialize first'),
      });
    }
  });

  it('need not have sent notifications/initialized to be served', async () => {
    const { client } = await connect();
    await client.request('initialize', { ...initialize('2025-06-18') });
    expect(await client.request('tools/list')).toHaveProperty('tools');
  });

  it('is not let initialize twice', async () => {
    const { request } = await connectAs('2025-06-18');
    expect(await refusal(request('initialize', { ...initialize('2024-11-05') }))).toMatchObject({ code: -32600 });
    // And what was agreed on stays.
    expect((await request<{ tools: object[] }>('tools/list')).tools[0]).toHaveProperty('title');
  });

  for (const [what, params] of [
    ['no version', { capabilities: {}, clientInfo }],
    ['a version that is a number', initialize(2025)],
    ['no capabilities', { protocolVersion: '2025-11-25', clientInfo }],
    ['capabilities that are a list', { protocolVersion: '2025-11-25', capabilities: [], clientInfo }],
    ['no clientInfo', { protocolVersion: '2025-11-25', capabilities: {} }],
    ['a clientInfo without a version', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x' } }],
  ] as const) {
    it(`that initializes with ${what} is refused with -32602, and may try again`, async () => {
      const { client } = await connect();
      expect(await refusal(client.request('initialize', { ...params }))).toMatchObject({ code: -32602 });
      expect(await client.request('initialize', { ...initialize('2025-11-25') })).toHaveProperty('capabilities');
    });
  }

  it('hears that a method does not exist', async () => {
    const { request } = await connectAs('2025-11-25');
    for (const method of ['completion/complete', 'tasks/list', 'nothing/at/all', 'constructor', '__proto__']) {
      expect(await refusal(request(method))).toMatchObject({ code: -32601 });
    }
  });
});
