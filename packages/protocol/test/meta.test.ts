import { isJsonRpcError, type JsonRpcRequest } from '@mcpwire/jsonrpc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  hasRequestMeta,
  isReservedMetaKey,
  isSessionId,
  LOG_LEVELS,
  MetaKey,
  parseMetaKey,
  type RequestMeta,
  readRequestMeta,
  withRequestMeta,
} from '../src/index.js';
import { definitionsOf, hasSchemas } from './schema.js';

describe('a key of _meta', () => {
  const valid: Array<[string, string | undefined, string]> = [
    ['progressToken', undefined, 'progressToken'],
    ['com.example/name', 'com.example', 'name'],
    ['com.example/', 'com.example', ''],
    ['', undefined, ''],
    ['a/b', 'a', 'b'],
    ['x1-2.y-z3/a_b-c.d', 'x1-2.y-z3', 'a_b-c.d'],
    ['9lives', undefined, '9lives'],
    ['a.b', undefined, 'a.b'],
  ];
  test.each(valid)('%j is a prefix %j and a name %j', (key, prefix, name) => {
    expect(parseMetaKey(key)).toEqual({ prefix, name });
  });

  test.each([
    '/name',
    '.com/name',
    'com./name',
    'com..example/x',
    '1com/x',
    'com-/x',
    '-com/x',
    'com.1x/y',
    'cöm/x',
    'c_m/x',
    'a/b/c',
    '-name',
    'name-',
    '_n',
    'n.',
    'na me',
    'é',
    'a/é',
    'name\n',
  ])('%j breaks the naming rules', (key) => {
    expect(parseMetaKey(key)).toBeUndefined();
    expect(isReservedMetaKey(key)).toBe(false);
  });

  test('of any length is judged in no time', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '-', '.', '/', '_', '1'), maxLength: 60 }), (key) => {
        const parsed = parseMetaKey(key);
        if (parsed) expect(parsed.prefix === undefined ? parsed.name : `${parsed.prefix}/${parsed.name}`).toBe(key);
      }),
    );
    expect(parseMetaKey(`${'a-'.repeat(50_000)}/x`)).toBeUndefined();
    expect(parseMetaKey(`${'a.'.repeat(50_000)}/x`)).toBeUndefined();
    expect(parseMetaKey(`${'a-'.repeat(50_000)}!`)).toBeUndefined();
  });

  test('is reserved by its second label since 2025-11-25', () => {
    for (const revision of ['2025-11-25', '2026-07-28'] as const) {
      for (const prefix of ['io.modelcontextprotocol/', 'dev.mcp/', 'org.modelcontextprotocol.api/', 'com.mcp.tools/']) {
        expect(isReservedMetaKey(`${prefix}x`, revision)).toBe(true);
      }
      for (const prefix of ['com.example.mcp/', 'mcp.dev/', 'modelcontextprotocol.io/', 'mcp/', 'com.example/']) {
        expect(isReservedMetaKey(`${prefix}x`, revision)).toBe(false);
      }
    }
  });

  test('is reserved by a label with another behind it in 2025-06-18', () => {
    for (const prefix of ['modelcontextprotocol.io/', 'mcp.dev/', 'api.modelcontextprotocol.org/', 'tools.mcp.com/']) {
      expect(isReservedMetaKey(`${prefix}x`, '2025-06-18')).toBe(true);
    }
    for (const prefix of ['com.example.mcp/', 'dev.mcp/', 'mcp/', 'com.example/'])
      expect(isReservedMetaKey(`${prefix}x`, '2025-06-18')).toBe(false);
    expect(isReservedMetaKey('io.modelcontextprotocol/x', '2025-03-26')).toBe(false);
  });

  test('without a prefix is free, but for a few', () => {
    expect(['progressToken', 'traceparent', 'tracestate', 'baggage', 'name', ''].filter((key) => isReservedMetaKey(key))).toEqual([
      'progressToken',
      'traceparent',
      'tracestate',
      'baggage',
    ]);
    expect(isReservedMetaKey('traceparent', '2025-11-25')).toBe(false);
    expect(isReservedMetaKey('progressToken', '2024-11-05')).toBe(true);
  });

  test('that MCP defines is well-formed, and MCP’s', () => {
    for (const key of Object.values(MetaKey)) expect(isReservedMetaKey(key)).toBe(true);
  });

  test.skipIf(!hasSchemas)('that the schema of 2026-07-28 gives a request, a notification or a result is here', () => {
    const definitions = definitionsOf('2026-07-28');
    for (const name of ['RequestMetaObject', 'NotificationMetaObject', 'ResultMetaObject', 'SubscriptionsListenResultMetaObject']) {
      const keys = Object.keys(definitions[name]?.properties ?? {});
      expect(keys.length).toBeGreaterThan(0);
      expect(Object.values(MetaKey)).toEqual(expect.arrayContaining(keys));
    }
    expect(definitions.RequestMetaObject?.required?.sort()).toEqual([MetaKey.ClientCapabilities, MetaKey.ProtocolVersion]);
    expect(definitions.LoggingLevel?.enum?.sort()).toEqual([...LOG_LEVELS].sort());
  });
});

function request(_meta?: unknown): JsonRpcRequest {
  return { jsonrpc: '2.0', id: 7, method: 'tools/list', params: _meta === undefined ? {} : { _meta } };
}

const minimal = { [MetaKey.ProtocolVersion]: '2026-07-28', [MetaKey.ClientCapabilities]: {} };

describe('a request of 2026-07-28', () => {
  test('says its version and capabilities, and may say more', () => {
    expect(readRequestMeta(request(minimal))).toEqual({ protocolVersion: '2026-07-28', clientCapabilities: {} });
    const clientInfo = { name: 'ExampleClient', version: '1.0.0', title: 'Example' };
    expect(
      readRequestMeta(
        request({
          ...minimal,
          [MetaKey.ClientInfo]: clientInfo,
          [MetaKey.ClientCapabilities]: { elicitation: {} },
          [MetaKey.LogLevel]: 'warning',
          progressToken: 0,
          'com.example/own': true,
        }),
      ),
    ).toEqual({
      protocolVersion: '2026-07-28',
      clientCapabilities: { elicitation: {} },
      clientInfo,
      logLevel: 'warning',
      progressToken: 0,
    });
  });

  test('of a version that nobody speaks is still read: that is another error', () => {
    expect(readRequestMeta(request({ ...minimal, [MetaKey.ProtocolVersion]: '1900-01-01' }))).toMatchObject({
      protocolVersion: '1900-01-01',
    });
  });

  const both = [MetaKey.ProtocolVersion, MetaKey.ClientCapabilities];
  const faulty: Array<[string, JsonRpcRequest, unknown]> = [
    ['has no params', { jsonrpc: '2.0', id: 7, method: 'tools/list' }, { missing: both }],
    ['has no _meta', request(), { missing: both }],
    ['has an empty _meta', request({}), { missing: both }],
    ['has no version', request({ [MetaKey.ClientCapabilities]: {} }), { missing: [MetaKey.ProtocolVersion] }],
    ['has no capabilities', request({ [MetaKey.ProtocolVersion]: '2026-07-28' }), { missing: [MetaKey.ClientCapabilities] }],
    ['inherits its fields', request(Object.create(minimal)), { missing: both }],
    ['has a _meta that is no object', request([]), { invalid: '_meta' }],
    ['has a _meta that is null', request(null), { invalid: '_meta' }],
    ['has a version that is no string', request({ ...minimal, [MetaKey.ProtocolVersion]: 2026 }), { invalid: MetaKey.ProtocolVersion }],
    [
      'has capabilities that are a list',
      request({ ...minimal, [MetaKey.ClientCapabilities]: [] }),
      { invalid: MetaKey.ClientCapabilities },
    ],
    [
      'has capabilities that are null',
      request({ ...minimal, [MetaKey.ClientCapabilities]: null }),
      { invalid: MetaKey.ClientCapabilities },
    ],
    ['has a client without version', request({ ...minimal, [MetaKey.ClientInfo]: { name: 'x' } }), { invalid: MetaKey.ClientInfo }],
    ['has a log level that is none', request({ ...minimal, [MetaKey.LogLevel]: 'loud' }), { invalid: MetaKey.LogLevel }],
    ['has a progress token that is an object', request({ ...minimal, progressToken: {} }), { invalid: 'progressToken' }],
  ];
  test.each(faulty)('is answered with -32602 when it %s', (_what, message, data) => {
    const error = readRequestMeta(message);
    expect(isJsonRpcError(error)).toBe(true);
    expect(error).toMatchObject({ code: -32602, id: 7, data });
  });

  test('tells what is missing in words too', () => {
    expect(readRequestMeta(request())).toMatchObject({
      message:
        "Invalid params: the request's _meta lacks io.modelcontextprotocol/protocolVersion and io.modelcontextprotocol/clientCapabilities, which protocol version 2026-07-28 requires",
    });
    expect(readRequestMeta(request({ ...minimal, [MetaKey.LogLevel]: 'loud' }))).toMatchObject({
      message: expect.stringContaining('io.modelcontextprotocol/logLevel must be one of debug, info, notice'),
    });
  });

  test('is told from a legacy one by the version it claims, well-formed or not', () => {
    expect(hasRequestMeta({ _meta: { [MetaKey.ProtocolVersion]: 7 } })).toBe(true);
    for (const params of [undefined, {}, { _meta: null }, { _meta: [] }, { _meta: { progressToken: 1 } }, { _meta: 'x' }]) {
      expect(hasRequestMeta(params)).toBe(false);
    }
  });

  test('is made from any other, and what it already says stays', () => {
    const meta: RequestMeta = {
      protocolVersion: '2026-07-28',
      clientCapabilities: { sampling: {} },
      clientInfo: { name: 'c', version: '1' },
      logLevel: 'info',
      progressToken: 'p',
    };
    const before: JsonRpcRequest = {
      jsonrpc: '2.0',
      id: 7,
      method: 'tools/call',
      params: { name: 'x', _meta: { traceparent: 't', progressToken: 3 } },
    };
    const frozen = structuredClone(before);
    const after = withRequestMeta(before, meta);
    expect(before).toEqual(frozen);
    expect(after).toMatchObject({ id: 7, params: { name: 'x', _meta: { traceparent: 't', progressToken: 3 } } });
    expect(readRequestMeta(after)).toEqual({ ...meta, progressToken: 3 });
    expect(readRequestMeta(withRequestMeta(request(), meta))).toEqual(meta);
    expect(withRequestMeta({ jsonrpc: '2.0', id: 1, method: 'm' }, { protocolVersion: 'v', clientCapabilities: {} }).params).toEqual({
      _meta: { [MetaKey.ProtocolVersion]: 'v', [MetaKey.ClientCapabilities]: {} },
    });
  });
});

test('a session id is one or more visible ASCII characters', () => {
  for (const id of ['1868a90c', '!', '~', '{"a"}', 'x'.repeat(1000)]) expect(isSessionId(id)).toBe(true);
  for (const id of ['', ' ', 'a b', 'a\n', 'a\r\nb', 'é', '\x7f', '\t', '\0', 7, null, undefined]) expect(isSessionId(id)).toBe(false);
});
