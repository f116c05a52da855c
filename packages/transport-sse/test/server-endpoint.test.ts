import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createToEndpoint, queryValue } from '../src/server-endpoint.js';

describe('an endpoint', () => {
  test.each([
    ['/messages', '/messages?sessionId=ID'],
    ['/messages?', '/messages?sessionId=ID'],
    ['/messages?a=1', '/messages?a=1&sessionId=ID'],
    ['/messages?sessionId=old&a=1', '/messages?a=1&sessionId=ID'],
    ['/messages?sessionIdentity=x', '/messages?sessionIdentity=x&sessionId=ID'],
    ['/messages#part', '/messages?sessionId=ID#part'],
    ['messages', 'messages?sessionId=ID'],
    ['../messages', '../messages?sessionId=ID'],
    ['https://example.com:8443/a?b=c#d', 'https://example.com:8443/a?b=c&sessionId=ID#d'],
    ['/a path/é', '/a%20path/%C3%A9?sessionId=ID'],
    ['/a%20path', '/a%20path?sessionId=ID'],
  ])('%s becomes %s', (base, expected) => {
    expect(createToEndpoint(base)('ID')).toBe(expected);
  });

  test.each(['', ' /messages', '/messages\n', '/mess\r\nages', '/\u0000', '/\ud800'])('%j is refused', (base) => {
    expect(() => createToEndpoint(base)).toThrow(TypeError);
  });

  test('carries any id so that it is read again, in one line of printable ASCII', () => {
    const toEndpoint = createToEndpoint('/messages?a=b', 'session_id');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (id) => {
        const endpoint = toEndpoint(id);
        expect(endpoint).toMatch(/^[\x21-\x7e]+$/);
        expect(queryValue(endpoint.slice(endpoint.indexOf('?') + 1), 'session_id')).toBe(id);
        expect(new URL(endpoint, 'http://localhost').searchParams.get('session_id')).toBe(id);
      }),
    );
  });
});

describe('a query', () => {
  test.each([
    ['sessionId=1', '1'],
    ['a=b&sessionId=1', '1'],
    ['a=b&sessionId=1&sessionId=2', '1'],
    ['sessionId=', ''],
    ['sessionId', undefined],
    ['xsessionId=1', undefined],
    ['a=sessionId=1', undefined],
    ['', undefined],
    ['sessionId=%41', 'A'],
    ['sessionId=%zz', undefined],
    ['sessionId=%ff', undefined],
  ])('%j has the value %j', (query, expected) => {
    expect(queryValue(query, 'sessionId')).toBe(expected);
  });
});
