import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check, ErrorCode, isJsonRpcError, isTransportError, JsonRpcError, LocalErrorCode, TransportError } from '../src/index.js';

/** The package once more, as when two versions of it are installed. */
const other = (await import('../src/errors.js?another-copy' as '../src/errors.js')) as typeof import('../src/errors.js');

describe('two copies of the package', () => {
  test('are really two here', () => {
    expect(other.JsonRpcError).not.toBe(JsonRpcError);
    expect(new other.JsonRpcError(1, 'x')).not.toBeInstanceOf(JsonRpcError);
  });

  test('recognise each other’s errors', () => {
    expect(isJsonRpcError(new other.JsonRpcError(1, 'x'))).toBe(true);
    expect(other.isJsonRpcError(new JsonRpcError(1, 'x'))).toBe(true);
    expect(isTransportError(new other.TransportError('closed', 'x'))).toBe(true);
    expect(other.isTransportError(new TransportError('closed', 'x'))).toBe(true);
  });

  test('send each other’s errors as they are', () => {
    const thrown = new other.JsonRpcError(ErrorCode.InvalidParams, 'no such city', { data: { city: 'X' } });
    expect(JsonRpcError.from(thrown)).toBe(thrown);
  });
});

test('the two families are never mistaken for each other, nor anything for one of them', () => {
  expect(isTransportError(new JsonRpcError(1, 'x'))).toBe(false);
  expect(isJsonRpcError(new TransportError('closed', 'x'))).toBe(false);
  for (const value of [
    undefined,
    null,
    0,
    'closed',
    new Error('x'),
    { name: 'TransportError', code: 'closed' },
    { code: 1, message: 'x' },
  ]) {
    expect([isJsonRpcError(value), isTransportError(value)]).toEqual([false, false]);
  }
});

test('the brand is not one of an error’s own members, so logs and comparisons do not show it', () => {
  expect(Object.keys(new JsonRpcError(1, 'x')).sort()).toEqual(['code', 'data', 'id', 'name']);
  expect(Object.getOwnPropertySymbols(new TransportError('closed', 'x'))).toEqual([]);
});

test('codes of local failures lie outside what JSON-RPC and MCP reserve', () => {
  for (const code of Object.values(LocalErrorCode)) expect(code > -32_000 || code < -32_768).toBe(true);
});

describe('a TransportError', () => {
  test('has a code, a cause and the figures its message names', () => {
    const cause = new Error('EPIPE');
    const error = new TransportError('write-failed', 'Writing failed', { cause, details: { bytes: 7 } });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'TransportError', code: 'write-failed', message: 'Writing failed', cause, details: { bytes: 7 } });
  });
});

describe('JsonRpcError.from', () => {
  test('keeps a JsonRpcError', () => {
    const error = new JsonRpcError(-32002, 'not found', { data: { uri: 'file:///x' } });
    expect(JsonRpcError.from(error)).toBe(error);
  });

  test.each([
    [
      'an error with an integer code and data',
      Object.assign(new Error('no'), { code: -32002, data: { uri: 'x' } }),
      -32002,
      'no',
      { uri: 'x' },
    ],
    ['an object that has the members of an error', { code: 7, message: 'no', data: 1 }, 7, 'no', 1],
    ['an Error', new Error('broken'), -32603, 'broken', undefined],
    ['an error with a system code', Object.assign(new Error('ENOENT: x'), { code: 'ENOENT' }), -32603, 'ENOENT: x', undefined],
    ['an error with a fractional code', Object.assign(new Error('no'), { code: 1.5 }), -32603, 'no', undefined],
    [
      'an aborted fetch, whose code 20 is of another numbering',
      new DOMException('This operation was aborted', 'AbortError'),
      -32603,
      'This operation was aborted',
      undefined,
    ],
    ['a string', 'broken', -32603, 'broken', undefined],
    ['undefined', undefined, -32603, 'undefined', undefined],
    ['null', null, -32603, 'null', undefined],
    ['a symbol', Symbol('broken'), -32603, 'Symbol(broken)', undefined],
    ['an object without a prototype', Object.create(null), -32603, 'something was thrown that cannot be shown as text', undefined],
  ])('makes of %s', (_what, thrown, code, message, data) => {
    const error = JsonRpcError.from(thrown);
    expect(error).toMatchObject({ name: 'JsonRpcError', code, message, data });
    expect(error.cause).toBe(thrown);
  });

  test('gives nothing of the stack away', () => {
    expect(JSON.stringify(JsonRpcError.from(new Error('broken')).toResponse(1))).toBe(
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"broken"}}',
    );
  });

  test('never throws, whatever was thrown', () => {
    const hostile = [
      Object.defineProperty(new Error(), 'message', {
        get: () => {
          throw new Error('no message');
        },
      }),
      Object.defineProperty({}, 'code', {
        get: () => {
          throw new Error('no code');
        },
      }),
      {
        toString: () => {
          throw new Error('no text');
        },
      },
      new Proxy(
        {},
        {
          has: () => {
            throw new Error('no members');
          },
          get: () => {
            throw new Error('no members');
          },
        },
      ),
    ];
    for (const thrown of hostile) expect(JsonRpcError.from(thrown)).toMatchObject({ code: -32603, message: expect.any(String) });
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withSymbol: true, withBigInt: true } as fc.ObjectConstraints), (thrown) => {
        expect(JsonRpcError.from(thrown).message).toEqual(expect.any(String));
      }),
    );
  });
});

describe('a JsonRpcError as a response', () => {
  test('carries the id of what it answers', () => {
    expect(new JsonRpcError(-32601, 'no').toResponse(7)).toEqual({ jsonrpc: '2.0', id: 7, error: { code: -32601, message: 'no' } });
    expect(new JsonRpcError(-32601, 'no', { id: 'a' }).toResponse()).toEqual({
      jsonrpc: '2.0',
      id: 'a',
      error: { code: -32601, message: 'no' },
    });
    expect(new JsonRpcError(-32601, 'no', { id: 'a' }).toResponse(0)).toMatchObject({ id: 0 });
  });

  test('has no id at all where none could be read', () => {
    expect(new JsonRpcError(-32700, 'no').toResponse()).not.toHaveProperty('id');
  });

  test('has data only if there is any', () => {
    expect(new JsonRpcError(1, 'no', { data: null }).toObject()).toEqual({ code: 1, message: 'no', data: null });
    expect(new JsonRpcError(1, 'no').toObject()).not.toHaveProperty('data');
  });

  test('is a message that parse accepts, and that makes the same error again', () => {
    const sent = new JsonRpcError(-32602, 'no', { data: [1], id: 'a' }).toResponse();
    expect(check(sent)).toBe(sent);
    expect(JsonRpcError.fromResponse(sent)).toMatchObject({ code: -32602, message: 'no', data: [1], id: 'a' });
  });
});
