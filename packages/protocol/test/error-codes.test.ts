import { ErrorCode, isJsonRpcError } from '@mcpwire/jsonrpc';
import { describe, expect, test } from 'vitest';
import {
  headerMismatch,
  httpStatusOf,
  isModernErrorCode,
  isReservedErrorCode,
  McpErrorCode,
  missingClientCapability,
  supportedVersionsOf,
  unsupportedProtocolVersion,
} from '../src/index.js';
import { definitionsOf, hasSchemas, type Schema } from './schema.js';

describe('an error code', () => {
  test('has the HTTP status that 2026-07-28 demands, or none', () => {
    expect(
      Object.fromEntries([...Object.values(ErrorCode), ...Object.values(McpErrorCode)].map((code) => [code, httpStatusOf(code)])),
    ).toEqual({
      '-32700': undefined,
      '-32600': undefined,
      '-32601': 404,
      '-32602': undefined,
      '-32603': undefined,
      '-32002': undefined,
      '-32020': 400,
      '-32021': 400,
      '-32022': 400,
      '-32042': undefined,
    });
  });

  test.skipIf(!hasSchemas)('is the one that the published schemas give, and no code of theirs is left out', () => {
    const codes = (definitions: Record<string, Schema>): unknown[] =>
      Object.values(definitions).flatMap(({ properties }) =>
        [properties?.code?.const, ...(properties?.error?.allOf ?? []).map((part) => part.properties?.code?.const)].filter(
          (code) => code !== undefined,
        ),
      );
    const { ResourceNotFound, UrlElicitationRequired, ...modern } = McpErrorCode;
    expect(codes(definitionsOf('2026-07-28')).sort()).toEqual([...Object.values(ErrorCode), ...Object.values(modern)].sort());
    expect(codes(definitionsOf('2025-11-25'))).toEqual([UrlElicitationRequired]);
    // Of it, only the pages tell.
    expect(ResourceNotFound).toBe(-32002);
  });

  test('from -32020 to -32099 is MCP’s alone', () => {
    expect([-32019, -32020, -32099, -32100, -32020.5, -32000].map(isReservedErrorCode)).toEqual([false, true, true, false, false, false]);
  });

  test('shows a modern server, or leaves a client to fall back to initialize', () => {
    for (const code of [-32020, -32021, -32022]) expect(isModernErrorCode(code) && isModernErrorCode(code, 400)).toBe(true);
    expect(isModernErrorCode(-32601, 404)).toBe(true);
    // Legacy servers answer unknown methods so, over stdio and over HTTP.
    expect(isModernErrorCode(-32601)).toBe(false);
    expect(isModernErrorCode(-32601, 200)).toBe(false);
    expect(isModernErrorCode(-32601, 400)).toBe(false);
    for (const code of [-32602, -32600, -32000, -32001, -32002, -32019, -32023]) expect(isModernErrorCode(code, 400)).toBe(false);
    expect(isModernErrorCode(-32001, 404)).toBe(false);
  });
});

describe('an error to answer with', () => {
  test('names the header that does not fit', () => {
    const error = headerMismatch('Mcp-Name', "is 'foo', and the body says 'bar'", 1);
    expect(error.toResponse()).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32020, message: "Header mismatch: Mcp-Name is 'foo', and the body says 'bar'", data: { header: 'Mcp-Name' } },
    });
    expect(headerMismatch('Mcp-Name', 'is missing').toResponse()).not.toHaveProperty('id');
  });

  test('lists the versions to choose from', () => {
    const error = unsupportedProtocolVersion('1900-01-01', ['2026-07-28', '2025-11-25'], 'a');
    expect(error.toResponse()).toEqual({
      jsonrpc: '2.0',
      id: 'a',
      error: {
        code: -32022,
        message: 'Unsupported protocol version',
        data: { supported: ['2026-07-28', '2025-11-25'], requested: '1900-01-01' },
      },
    });
    expect(supportedVersionsOf(error)).toEqual(['2026-07-28', '2025-11-25']);
  });

  test('lists the capabilities that are missing, shaped as capabilities', () => {
    const error = missingClientCapability({ elicitation: { url: {} }, sampling: {} }, 1);
    expect(error.message).toBe('This request needs client capabilities that it does not declare: elicitation, sampling');
    expect(error.toObject()).toMatchObject({ code: -32021, data: { requiredCapabilities: { elicitation: { url: {} }, sampling: {} } } });
    expect(isJsonRpcError(error)).toBe(true);
  });

  test('from a stranger is read with care', () => {
    expect(supportedVersionsOf({ code: -32022, data: { supported: ['2025-11-25', 7, null] } })).toEqual(['2025-11-25']);
    for (const data of [undefined, null, 'x', {}, { supported: 'x' }]) expect(supportedVersionsOf({ code: -32022, data })).toBeUndefined();
    // The legacy error for the same (lifecycle, "Error Handling") is not this one.
    expect(supportedVersionsOf({ code: -32602, data: { supported: ['2024-11-05'] } })).toBeUndefined();
  });
});
