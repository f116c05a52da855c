import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { check, DEFAULT_MAX_BATCH_LENGTH, isJsonRpcError, JsonRpcError, parse } from '../src/index.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const error = '"error":{"code":-32601,"message":"no such method"}';

const accepted: [what: string, text: string][] = [
  ['a request', '{"jsonrpc":"2.0","id":1,"method":"ping"}'],
  ['a request with params', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}'],
  ['empty params', '{"jsonrpc":"2.0","id":1,"method":"ping","params":{}}'],
  ['an id of 0', '{"jsonrpc":"2.0","id":0,"method":"ping"}'],
  ['a negative id', '{"jsonrpc":"2.0","id":-7,"method":"ping"}'],
  ['the largest id', '{"jsonrpc":"2.0","id":9007199254740991,"method":"ping"}'],
  ['an integer id written with a fraction', '{"jsonrpc":"2.0","id":1.0,"method":"ping"}'],
  ['a string id', '{"jsonrpc":"2.0","id":"a1","method":"ping"}'],
  ['an empty string id', '{"jsonrpc":"2.0","id":"","method":"ping"}'],
  ['an empty method', '{"jsonrpc":"2.0","id":1,"method":""}'],
  ['a notification', '{"jsonrpc":"2.0","method":"notifications/initialized"}'],
  ['a result', '{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}'],
  ['a result that is no object', '{"jsonrpc":"2.0","id":1,"result":"text"}'],
  ['a result of null', '{"jsonrpc":"2.0","id":1,"result":null}'],
  ['a result of false', '{"jsonrpc":"2.0","id":1,"result":false}'],
  ['an error', `{"jsonrpc":"2.0","id":1,${error}}`],
  ['an error with data', '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"","data":[1]}}'],
  ['an error without an id', `{"jsonrpc":"2.0",${error}}`],
  ['an error whose id is null', `{"jsonrpc":"2.0","id":null,${error}}`],
  ['members that nobody knows', '{"jsonrpc":"2.0","id":1,"method":"ping","extra":true}'],
  ['the members in another order', '{"method":"ping","params":{},"id":1,"jsonrpc":"2.0"}'],
  ['white space around', ' \t{"jsonrpc":"2.0","method":"ping"}\r\n'],
  ['a member named __proto__', '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"__proto__":{"admin":true}}}'],
];

const refused: [what: string, text: string, id: string | number | undefined, why: RegExp][] = [
  ['a number', '42', undefined, /not an object/],
  ['a string', '"ping"', undefined, /not an object/],
  ['null', 'null', undefined, /not an object/],
  ['an empty object', '{}', undefined, /jsonrpc/],
  ['no version', '{"id":1,"method":"ping"}', 1, /jsonrpc/],
  ['another version', '{"jsonrpc":"1.0","id":"a","method":"ping"}', 'a', /jsonrpc/],
  ['a version that is a number', '{"jsonrpc":2.0,"id":1,"method":"ping"}', 1, /jsonrpc/],
  ['neither method nor result nor error', '{"jsonrpc":"2.0","id":1}', 1, /neither/],
  ['a method that is a number', '{"jsonrpc":"2.0","id":1,"method":7}', 1, /"method"/],
  ['a method that is null', '{"jsonrpc":"2.0","id":1,"method":null}', 1, /"method"/],
  ['a request whose id is null', '{"jsonrpc":"2.0","id":null,"method":"ping"}', undefined, /"id"/],
  ['an id with a fraction', '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', undefined, /"id"/],
  ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"ping"}', undefined, /"id"/],
  ['an id that is true', '{"jsonrpc":"2.0","id":true,"method":"ping"}', undefined, /"id"/],
  ['an id that JavaScript would round', '{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}', undefined, /2\^53/],
  ['an id past every number', '{"jsonrpc":"2.0","id":1e400,"method":"ping"}', undefined, /"id"/],
  ['params in a list', '{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', 1, /"params"/],
  ['params of null', '{"jsonrpc":"2.0","id":1,"method":"ping","params":null}', 1, /"params"/],
  ['params in a string', '{"jsonrpc":"2.0","method":"ping","params":"x"}', undefined, /"params"/],
  ['a request with a result', '{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}', 1, /no "result"/],
  ['a notification with an error', `{"jsonrpc":"2.0","method":"ping",${error}}`, undefined, /no "error"/],
  ['a result and an error', `{"jsonrpc":"2.0","id":1,"result":{},${error}}`, 1, /not both/],
  ['a result and an error of null', '{"jsonrpc":"2.0","id":1,"result":{},"error":null}', 1, /not both/],
  ['a result without an id', '{"jsonrpc":"2.0","result":{}}', undefined, /needs the "id"/],
  ['a result whose id is null', '{"jsonrpc":"2.0","id":null,"result":{}}', undefined, /needs the "id"/],
  ['an error of null', '{"jsonrpc":"2.0","id":1,"error":null}', 1, /neither/],
  ['an error that is a string', '{"jsonrpc":"2.0","id":1,"error":"no"}', 1, /neither/],
  ['an error without a code', '{"jsonrpc":"2.0","id":1,"error":{"message":"no"}}', 1, /"code"/],
  ['an error with a fractional code', '{"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":"no"}}', 1, /"code"/],
  ['an error without a message', '{"jsonrpc":"2.0","id":1,"error":{"code":1}}', 1, /"message"/],
  ['an error whose id is an object', `{"jsonrpc":"2.0","id":{},${error}}`, undefined, /"id"/],
  ['members that only a prototype has', '{"__proto__":{"jsonrpc":"2.0","method":"ping"}}', undefined, /jsonrpc/],
];

describe('parse accepts', () => {
  test.each(accepted)('%s', (_what, text) => {
    const message = parse(text);
    expect(isJsonRpcError(message)).toBe(false);
    expect(JSON.stringify(message)).toBe(JSON.stringify(JSON.parse(text)));
  });
});

describe('parse refuses with -32600', () => {
  test.each(refused)('%s', (_what, text, id, why) => {
    const found = parse(text);
    expect(found).toBeInstanceOf(JsonRpcError);
    expect(found).toMatchObject({ code: -32600, message: expect.stringMatching(why), id });
  });
});

describe('parse refuses with -32700', () => {
  test.each([
    '',
    ' ',
    '{',
    '{"jsonrpc":"2.0","id":1,"method":"pi',
    'Server listening on port 3000',
    '{"a":1}{"b":2}',
    '\uFEFF{"jsonrpc":"2.0","method":"ping"}',
    "{'jsonrpc':'2.0'}",
    'NaN',
    '\u0000',
  ])('%j', (text) => {
    expect(parse(text)).toMatchObject({
      name: 'JsonRpcError',
      code: -32700,
      id: undefined,
      message: expect.stringMatching(/^Parse error: ./),
    });
  });

  test('with a message that brings no control characters of the text to a terminal', () => {
    for (const text of ['\u001b[2J', '\u009b2J', '{"a":\u0007}', '\u202Eevil', '\u2028'])
      expect((parse(text) as JsonRpcError).message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
  });

  test('with an error that is small however long the text is', () => {
    const { message, cause } = parse('x'.repeat(1_000_000)) as JsonRpcError;
    expect(message.length).toBeLessThan(300);
    expect(cause).toBeUndefined();
  });
});

describe('a batch', () => {
  test('gives its messages in order', () => {
    const batch = [
      { jsonrpc: '2.0', id: 1, method: 'a' },
      { jsonrpc: '2.0', method: 'b' },
      { jsonrpc: '2.0', id: 2, result: {} },
    ];
    expect(parse(JSON.stringify(batch))).toEqual(batch);
  });

  test('with bad elements gives an error in place of each, with its id', () => {
    const parsed = parse('[1, {"jsonrpc":"2.0","id":7,"method":7}, {"jsonrpc":"2.0","method":"ok"}, [], null]') as unknown[];
    expect(parsed.map((item) => (isJsonRpcError(item) ? [item.code, item.id] : item))).toEqual([
      [-32600, undefined],
      [-32600, 7],
      { jsonrpc: '2.0', method: 'ok' },
      [-32600, undefined],
      [-32600, undefined],
    ]);
  });

  test('that is empty is one error', () => {
    expect(parse('[]')).toMatchObject({ code: -32600, message: expect.stringContaining('empty batch') });
  });

  test('that is longer than the limit is one error, which names both', () => {
    expect(parse('[1,2,3]', 3)).toHaveLength(3);
    expect(parse('[1,2,3,4]', 3)).toMatchObject({ code: -32600, message: 'Invalid request: a batch of 4 messages, over the limit of 3' });
    const longest = `[${'1,'.repeat(DEFAULT_MAX_BATCH_LENGTH - 1)}1`;
    expect(parse(`${longest}]`)).toHaveLength(DEFAULT_MAX_BATCH_LENGTH);
    expect(parse(`${longest},1]`)).toMatchObject({ code: -32600, message: expect.stringContaining('1025') });
  });
});

test('parse calls JSON.parse once and hands over what that made', () => {
  const parsing = vi.spyOn(JSON, 'parse');
  const message = parse('{"jsonrpc":"2.0","id":1,"method":"ping","params":{"deep":[{}]}}');
  expect(parsing).toHaveBeenCalledTimes(1);
  expect(message).toBe(parsing.mock.results[0]?.value);
});

test('no text makes parse throw, and what it accepts check accepts as well', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })), (text) => {
      const parsed = parse(text);
      for (const item of Array.isArray(parsed) ? parsed : [parsed]) if (!isJsonRpcError(item)) expect(check(item)).toBe(item);
    }),
    { numRuns: 500 },
  );
});

test('no value makes check throw, whatever its members are', () => {
  const member = fc.option(fc.oneof(fc.jsonValue(), fc.constant('2.0')), { nil: undefined });
  const value = fc.record(
    { jsonrpc: fc.constantFrom('2.0', 2, undefined), id: member, method: member, params: member, result: member, error: member },
    { requiredKeys: ['jsonrpc'] },
  );
  fc.assert(
    fc.property(fc.oneof(value, fc.anything()), (candidate) => {
      const found = check(candidate);
      if (isJsonRpcError(found)) expect(found.code).toBe(-32600);
      else expect(found).toBe(candidate);
    }),
    { numRuns: 1000 },
  );
});
