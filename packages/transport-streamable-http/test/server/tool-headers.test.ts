import type { JsonRpcRequest } from '@mcpwire/jsonrpc';
import { describe, expect, test } from 'vitest';
import { ToolHeaders } from '../../src/server/tool-headers.js';

const tool = (name: string, header?: string): object => ({
  name,
  inputSchema: { type: 'object', properties: { region: { type: 'string', ...(header && { 'x-mcp-header': header }) } } },
});
const call = (name: string, args: object = { region: 'eu' }): JsonRpcRequest => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args },
});

describe('schemas learned from tools/list', () => {
  test('tell which headers a call must have', () => {
    const headers = new ToolHeaders<undefined>();
    expect(headers.check(call('a'), {}, '', undefined)).toBeUndefined();
    headers.learn({ tools: [tool('a', 'Region'), tool('b')] }, '');
    expect(headers.check(call('a'), {}, '', undefined)).toMatchObject({ code: -32020, id: 1, data: { header: 'Mcp-Param-Region' } });
    expect(headers.check(call('a'), { 'mcp-param-region': 'eu' }, '', undefined)).toBeUndefined();
    expect(headers.check(call('b'), {}, '', undefined)).toBeUndefined();
    expect(headers.size).toBe(1);
  });

  test('are replaced by what a later list says', () => {
    const headers = new ToolHeaders<undefined>();
    headers.learn({ tools: [tool('a', 'Region'), tool('b', 'Region')] }, '');
    headers.learn({ tools: [tool('a', 'Place')] }, '');
    expect(headers.check(call('a'), { 'mcp-param-region': 'eu' }, '', undefined)).toMatchObject({ data: { header: 'Mcp-Param-Place' } });
    // A page of the list says nothing of the tools on another page.
    expect(headers.check(call('b'), {}, '', undefined)).toMatchObject({ code: -32020 });
    headers.learn({ tools: [tool('a'), tool('b')] }, '');
    expect(headers.size).toBe(0);
  });

  test("are those of the principal whose list it was: another's tool of that name may be another tool", () => {
    const headers = new ToolHeaders<undefined>();
    headers.learn({ tools: [tool('a', 'Region')] }, 'alice');
    expect(headers.check(call('a'), {}, 'alice', undefined)).toMatchObject({ code: -32020 });
    expect(headers.check(call('a'), {}, 'bob', undefined)).toBeUndefined();
    expect(headers.check(call('icea'), {}, 'al', undefined)).toBeUndefined();
  });

  test('are bounded: the one unused for longest is forgotten', () => {
    const headers = new ToolHeaders<undefined>({ maxLearnedTools: 3 });
    headers.learn({ tools: ['a', 'b', 'c'].map((name) => tool(name, 'Region')) }, '');
    expect(headers.check(call('a'), {}, '', undefined)).toBeDefined();
    headers.learn({ tools: [tool('d', 'Region')] }, '');
    expect(headers.size).toBe(3);
    expect(['a', 'b', 'c', 'd'].filter((name) => headers.check(call(name), {}, '', undefined))).toEqual(['a', 'c', 'd']);
  });

  test.each([
    undefined,
    null,
    'x',
    [],
    {},
    { tools: 1 },
    { tools: [null, 1, {}, { name: 1 }, { name: 'a' }, { name: 'a', inputSchema: [] }] },
  ])('are none where the result is %j', (result) => {
    const headers = new ToolHeaders<undefined>();
    headers.learn(result, '');
    expect(headers.size).toBe(0);
  });

  test('that are invalid are told of once, and nothing is expected for them', () => {
    const errors: string[] = [];
    const headers = new ToolHeaders<undefined>({ onerror: ({ message }) => errors.push(message) });
    for (let i = 0; i < 3; i++) headers.learn({ tools: [tool('a', 'Not a token')] }, '');
    expect(headers.check(call('a'), {}, '', undefined)).toBeUndefined();
    expect(errors).toEqual([expect.stringMatching(/^The tool "a" is left out by clients over HTTP: "region": x-mcp-header must be/)]);
  });
});

describe('schemas from inputSchemaOf', () => {
  test('are asked for by name, with what is known of the request, and not learned', () => {
    const asked: unknown[] = [];
    const headers = new ToolHeaders<string>({
      inputSchemaOf(name, context) {
        asked.push([name, context]);
        return (tool(name, 'Region') as { inputSchema: object }).inputSchema;
      },
    });
    expect(headers.check(call('a'), {}, '', 'context')).toMatchObject({ code: -32020 });
    expect(asked).toEqual([['a', 'context']]);
    headers.learn({ tools: [tool('b', 'Region')] }, '');
    expect(headers.size).toBe(0);
  });

  test('may take their time, and may be unknown', async () => {
    const headers = new ToolHeaders<undefined>({
      inputSchemaOf: async (name) => (name === 'a' ? (tool(name, 'Region') as { inputSchema: object }).inputSchema : undefined),
    });
    expect(await headers.check(call('a'), {}, '', undefined)).toMatchObject({ code: -32020 });
    expect(await headers.check(call('b'), {}, '', undefined)).toBeUndefined();
    const failing = new ToolHeaders<undefined>({ inputSchemaOf: () => Promise.reject(new Error('no database')) });
    await expect(failing.check(call('a'), {}, '', undefined)).rejects.toThrow('no database');
  });
});

describe('the values of the headers', () => {
  const schema = {
    type: 'object',
    properties: {
      count: { type: 'integer', 'x-mcp-header': 'Count' },
      dry: { type: 'boolean', 'x-mcp-header': 'Dry' },
      place: { type: 'object', properties: { city: { type: 'string', 'x-mcp-header': 'City' } } },
    },
  };
  const headers = new ToolHeaders<undefined>({ inputSchemaOf: () => schema });

  test.each([
    [{ count: 42 }, { 'mcp-param-count': '42.0' }, undefined],
    [{ count: 42 }, { 'mcp-param-count': '43' }, 'Mcp-Param-Count'],
    [{ count: null }, {}, undefined],
    [{ count: null }, { 'mcp-param-count': '0' }, 'Mcp-Param-Count'],
    [{}, {}, undefined],
    [{}, { 'mcp-param-dry': 'true' }, 'Mcp-Param-Dry'],
    [{ dry: true }, { 'mcp-param-dry': 'true' }, undefined],
    [{ dry: true }, { 'mcp-param-dry': 'TRUE' }, 'Mcp-Param-Dry'],
    [{ place: { city: 'Köln' } }, { 'mcp-param-city': '=?base64?S8O2bG4=?=' }, undefined],
    [{ place: { city: 'Köln' } }, { 'mcp-param-city': '=?base64?S8O2bG4?=' }, 'Mcp-Param-City'],
    [{ place: { city: 'Köln' } }, { 'mcp-param-city': 'K\u00f6ln' }, 'Mcp-Param-City'],
    [{ place: { city: 'Köln' } }, {}, 'Mcp-Param-City'],
    [{}, { 'mcp-param-other': 'whatever' }, undefined],
  ])('of %j in %j', (args, fields, header) => {
    const error = headers.check(call('a', args), fields, '', undefined) as { code: number; data: unknown } | undefined;
    expect(error && [error.code, error.data]).toEqual(header && [-32020, { header }]);
  });
});
