import { isTransportError, type JsonRpcNotification, type JsonRpcRequest } from '@mcpwire/jsonrpc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkRequestHeaders, createRequestHeaders, HeaderName, MetaKey } from '../src/index.js';

const version = '2026-07-28';
const _meta = { [MetaKey.ProtocolVersion]: version, [MetaKey.ClientCapabilities]: {} };

function request(method: string, params: Record<string, unknown> = {}): JsonRpcRequest {
  return { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } };
}

const call = request('tools/call', { name: 'get_weather', arguments: { location: 'Seattle, WA' } });
const notification: JsonRpcNotification = { jsonrpc: '2.0', method: 'notifications/example' };

describe('the headers of a request', () => {
  test('repeat its version, method and name', () => {
    expect(createRequestHeaders(call, version)).toEqual({
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'get_weather',
    });
    expect(createRequestHeaders(request('resources/read', { uri: 'file:///projects/myapp/config.json' }), version)).toMatchObject({
      'mcp-name': 'file:///projects/myapp/config.json',
    });
    expect(createRequestHeaders(request('prompts/get', { name: 'überblick' }), version)).toMatchObject({
      'mcp-name': '=?base64?w7xiZXJibGljaw==?=',
    });
    expect(createRequestHeaders(request('tasks/get', { taskId: 't1' }), version)).toMatchObject({ 'mcp-name': 't1' });
  });

  test('have no name where the method has none, or the name is no string', () => {
    for (const message of [request('tools/list', { name: 'x' }), request('tools/call'), request('tools/call', { name: 7 }), notification]) {
      expect(createRequestHeaders(message, version)).toEqual({ 'mcp-protocol-version': version, 'mcp-method': message.method });
    }
  });

  test('are refused before anything that is not visible ASCII could leave unencoded', () => {
    for (const method of ['tools/call\r\nEvil: 1', 'métode', '', 'a b', 'a\0']) {
      expect(() => createRequestHeaders(request(method), version)).toThrow(
        /The method ".*" cannot be sent: its HTTP header holds visible ASCII only/,
      );
    }
    expect(() => createRequestHeaders(call, '2026-07-28\r\nEvil: 1')).toThrow(/The protocol version/);
    try {
      createRequestHeaders(request('x'.repeat(10_000).concat('\n')), version);
    } catch (error) {
      expect(isTransportError(error) && error.code === 'encode-failed' && error.message.length < 300).toBe(true);
    }
  });

  test('satisfy the server, whatever the name', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('tools/call', 'prompts/get', 'resources/read', 'tasks/cancel'),
        fc.oneof(fc.string({ unit: 'binary' }), fc.constant('half a pair: \uD83D')),
        (method, name) => {
          const message = request(method, { name, uri: name, taskId: name });
          const headers = createRequestHeaders(message, version);
          for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]*$/);
          expect(checkRequestHeaders(message, headers)).toBeUndefined();
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('a server', () => {
  const headers = createRequestHeaders(call, version);

  test('accepts headers that say what the body says, encoded or not, with white space around them', () => {
    expect(checkRequestHeaders(call, headers)).toBeUndefined();
    expect(checkRequestHeaders(call, { ...headers, 'mcp-name': '  get_weather  ', 'mcp-method': ' tools/call ' })).toBeUndefined();
    expect(checkRequestHeaders(call, { ...headers, 'mcp-name': '=?base64?Z2V0X3dlYXRoZXI=?=' })).toBeUndefined();
    const list = request('tools/list');
    expect(checkRequestHeaders(list, { ...createRequestHeaders(list, version), 'mcp-name': 'ignored' })).toBeUndefined();
  });

  const rejected: Array<[string, Record<string, string | undefined>, string]> = [
    ['no version', { 'mcp-protocol-version': undefined }, 'MCP-Protocol-Version is missing'],
    ['another version', { 'mcp-protocol-version': '2025-11-25' }, 'MCP-Protocol-Version is "2025-11-25", and the body says "2026-07-28"'],
    ['no method', { 'mcp-method': undefined }, 'Mcp-Method is missing'],
    ['another method', { 'mcp-method': 'prompts/get' }, 'Mcp-Method is "prompts/get", and the body says "tools/call"'],
    ['the method in upper case', { 'mcp-method': 'TOOLS/CALL' }, 'Mcp-Method is "TOOLS/CALL", and the body says "tools/call"'],
    [
      'the method encoded, which only names may be',
      { 'mcp-method': '=?base64?dG9vbHMvY2FsbA==?=' },
      'Mcp-Method is "=?base64?dG9vbHMvY2FsbA==?=", and',
    ],
    ['no name', { 'mcp-name': undefined }, 'Mcp-Name is missing'],
    ['another name', { 'mcp-name': 'foo' }, 'Mcp-Name is "foo", and the body says "get_weather"'],
    ['two names', { 'mcp-name': 'get_weather, get_weather' }, 'Mcp-Name is "get_weather, get_weather", and the body says'],
    ['a name encoded badly', { 'mcp-name': '=?base64?Z2V0X3dlYXRoZXI?=' }, 'Mcp-Name is not valid Base64'],
    [
      'a name with characters that no header may hold',
      { 'mcp-name': 'get_weather\u00E9' },
      'Mcp-Name contains characters that are not allowed in a header',
    ],
    ['an empty name', { 'mcp-name': '' }, 'Mcp-Name is "", and the body says "get_weather"'],
  ];
  test.each(rejected)('rejects %s', (_what, changed, message) => {
    const error = checkRequestHeaders(call, { ...headers, ...changed });
    expect(error).toMatchObject({ code: -32020, id: 1, message: expect.stringContaining(`Header mismatch: ${message}`) });
    const [header] = message.split(' ');
    expect(error?.data).toEqual({ header });
  });

  test('rejects a name that the body does not have, and leaves to others what is wrong with the body itself', () => {
    const nameless = request('tools/call');
    expect(checkRequestHeaders(nameless, headers)?.message).toBe('Header mismatch: Mcp-Name is "get_weather", and the body has no name');
    expect(checkRequestHeaders(nameless, { ...headers, 'mcp-name': undefined })).toBeUndefined();
    const withoutMeta: JsonRpcRequest = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    expect(checkRequestHeaders(withoutMeta, createRequestHeaders(withoutMeta, version))).toBeUndefined();
    for (const odd of [null, 7, 'x', []]) {
      expect(checkRequestHeaders({ ...withoutMeta, params: { _meta: odd } }, createRequestHeaders(withoutMeta, version))).toBeUndefined();
    }
  });

  test('asks nothing of a notification, but what it says must be true', () => {
    expect(checkRequestHeaders(notification, {})).toBeUndefined();
    expect(checkRequestHeaders(notification, createRequestHeaders(notification, version))).toBeUndefined();
    const error = checkRequestHeaders(notification, { 'mcp-method': 'notifications/other' });
    expect(error).toMatchObject({ code: -32020, id: undefined });
  });

  test('repeats no more of a long value than it takes to recognise it', () => {
    const error = checkRequestHeaders(call, { ...headers, 'mcp-name': 'x'.repeat(100_000) });
    expect(error?.message.length).toBeLessThan(300);
  });
});

test('field names are in lower case, as HTTP layers hand them over', () => {
  for (const name of Object.values(HeaderName)) expect(name).toBe(name.toLowerCase());
});
