import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkParamHeaders, createParamHeaders, type ParamHeader, parseParamHeaders } from '../src/index.js';

function schema(properties: Record<string, unknown>, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { type: 'object', properties, ...more };
}

function annotated(name: unknown, type: unknown = 'string'): Record<string, unknown> {
  return { type, 'x-mcp-header': name };
}

function paramsOf(inputSchema: unknown): readonly ParamHeader[] {
  const { params, fault } = parseParamHeaders(inputSchema);
  if (!params) throw new Error(fault);
  return params;
}

describe('a valid schema', () => {
  test('the specification’s example', () => {
    const inputSchema = schema(
      {
        region: { type: 'string', description: 'The region to execute the query in', 'x-mcp-header': 'Region' },
        query: { type: 'string', description: 'The SQL query to execute' },
      },
      { required: ['region', 'query'] },
    );
    expect(paramsOf(inputSchema)).toEqual([{ name: 'Region', field: 'mcp-param-region', path: ['region'], type: 'string' }]);
    expect(createParamHeaders(paramsOf(inputSchema), { region: 'us-west1', query: 'SELECT * FROM users' })).toEqual({
      'mcp-param-region': 'us-west1',
    });
  });

  test('may annotate strings, integers and booleans, and properties of properties', () => {
    const params = paramsOf(
      schema({
        a: annotated('A'),
        b: schema({ c: annotated('C', 'integer'), d: schema({ e: annotated('E', 'boolean') }) }),
      }),
    );
    expect(params.map(({ name, path, type }) => [name, path.join('.'), type])).toEqual([
      ['A', 'a', 'string'],
      ['C', 'b.c', 'integer'],
      ['E', 'b.d.e', 'boolean'],
    ]);
  });

  test('may use any token, that of a standard header included', () => {
    for (const name of ['Method', 'Name', 'x', "!#$%&'*+-.^_`|~09azAZ", '__proto__']) {
      expect(paramsOf(schema({ a: annotated(name) }))).toMatchObject([{ name, field: `mcp-param-${name.toLowerCase()}` }]);
    }
  });

  test('may have no annotation, or none that is one', () => {
    const property = { type: 'string' };
    const data = { 'x-mcp-header': 'Region' };
    for (const inputSchema of [
      schema({ a: property }),
      schema({ 'x-mcp-header': property }),
      schema({ a: { ...property, default: data, enum: [data], const: data, examples: [data], 'x-other': data } }),
      {},
      true,
      undefined,
      null,
      { properties: null },
      { properties: ['a'] },
      { properties: { a: true } },
    ]) {
      expect(parseParamHeaders(inputSchema)).toEqual({ params: [] });
    }
  });

  test('may name a property after a keyword', () => {
    expect(paramsOf(schema({ not: annotated('Not'), items: annotated('Items'), properties: annotated('Properties') }))).toHaveLength(3);
  });
});

describe('a tool is invalid for', () => {
  const names: Array<[string, unknown]> = [
    ['an empty name', ''],
    ['a space', 'My Region'],
    ['a colon', 'Region:Primary'],
    ['a letter beyond ASCII', 'Région'],
    ['a tab', 'Region\t1'],
    ['CR and LF', 'Region\r\nEvil'],
    ['LF at the end', 'Region\n'],
    ['a name that is no string', 7],
    ['a name that is null', null],
  ];
  test.each(names)('%s', (_what, name) => {
    expect(parseParamHeaders(schema({ region: annotated(name) })).fault).toMatch(/^"region": x-mcp-header must be one or more of A-Z/);
  });

  test.each(['number', 'array', 'object', 'null', undefined, ['string', 'null'], ['string'], 'String'])('the type %j', (type) => {
    const property = { 'x-mcp-header': 'Region', ...(type !== undefined && { type }) };
    expect(parseParamHeaders(schema({ region: property })).fault).toBe(
      '"region": x-mcp-header may only stand on the type string, integer or boolean',
    );
  });

  test('the same name twice, whatever its case and depth', () => {
    expect(parseParamHeaders(schema({ a: annotated('Region'), b: annotated('Region') })).fault).toBe(
      '"a" and "b" have the same x-mcp-header, "Region"; case makes no difference',
    );
    expect(parseParamHeaders(schema({ a: annotated('Region'), b: schema({ c: annotated('REGION') }) })).fault).toMatch(
      /have the same x-mcp-header/,
    );
  });

  const inside = schema({ region: annotated('Region') });
  const elsewhere: Array<[string, unknown]> = [
    ['the root', { type: 'object', 'x-mcp-header': 'Region' }],
    ['items', schema({ list: { type: 'array', items: annotated('Region') } })],
    ['a list of items', schema({ list: { type: 'array', items: [annotated('Region')] } })],
    ['properties of items', schema({ list: { type: 'array', items: inside } })],
    ...['prefixItems', 'allOf', 'anyOf', 'oneOf'].map((keyword): [string, unknown] => [keyword, schema({}, { [keyword]: [{}, inside] })]),
    ...[
      'additionalProperties',
      'contains',
      'else',
      'if',
      'not',
      'propertyNames',
      'then',
      'unevaluatedProperties',
      'additionalItems',
      'unevaluatedItems',
    ].map((keyword): [string, unknown] => [keyword, schema({}, { [keyword]: inside })]),
    ...['$defs', 'definitions', 'patternProperties', 'dependentSchemas'].map((keyword): [string, unknown] => [
      keyword,
      schema({}, { [keyword]: { a: inside } }),
    ]),
    ['the target of a $ref', schema({ region: { $ref: '#/$defs/region' } }, { $defs: { region: annotated('Region') } })],
    ['oneOf below a property', schema({ a: { oneOf: [annotated('Region')] } })],
  ];
  test.each(elsewhere)('an annotation in %s', (_where, inputSchema) => {
    expect(parseParamHeaders(inputSchema).fault).toMatch(/x-mcp-header may only stand on a property that "properties" alone lead to$/);
  });

  test('a parameter that lies deeper than any tool’s', () => {
    const nested = (depth: number): unknown => {
      let inner: unknown = annotated('Deep');
      for (let level = 0; level < depth; level++) inner = schema({ a: inner });
      return inner;
    };
    expect(paramsOf(nested(100))).toHaveLength(1);
    expect(parseParamHeaders(nested(101)).fault).toBe('an x-mcp-header stands more than 100 schemas deep');
  });
});

test('a schema 100,000 levels deep is walked like any other', () => {
  let hostile: unknown = annotated('Deep');
  for (let level = 0; level < 100_000; level++) hostile = level % 2 ? schema({ a: hostile }) : { not: hostile };
  expect(parseParamHeaders(hostile).fault).toBe('an x-mcp-header stands more than 100 schemas deep');
});

describe('the headers of a call', () => {
  const params = paramsOf(
    schema({
      region: annotated('Region'),
      count: annotated('Count', 'integer'),
      flag: annotated('Flag', 'boolean'),
      where: schema({ tenant: annotated('Tenant') }),
      constructor: annotated('Constructor'),
    }),
  );

  test('repeat the arguments, encoded', () => {
    expect(createParamHeaders(params, { region: 'Hello, 世界', count: 42, flag: false, where: { tenant: ' acme ' } })).toEqual({
      'mcp-param-region': '=?base64?SGVsbG8sIOS4lueVjA==?=',
      'mcp-param-count': '42',
      'mcp-param-flag': 'false',
      'mcp-param-tenant': '=?base64?IGFjbWUg?=',
    });
    expect(createParamHeaders(params, { region: '' })).toEqual({ 'mcp-param-region': '' });
  });

  test('leave out what is null, absent, inherited, no primitive, or beyond what a number can hold', () => {
    for (const nothing of [
      {},
      undefined,
      null,
      'x',
      [],
      { region: null, count: null, flag: null, where: null },
      { region: {}, count: [], where: 'tenant' },
      { count: 2 ** 53, where: [{ tenant: 'x' }] },
      Object.create({ region: 'inherited' }),
    ]) {
      expect(createParamHeaders(params, nothing)).toEqual({});
      expect(checkParamHeaders(params, nothing, {})).toBeUndefined();
    }
  });

  test('satisfy the server, whatever the arguments', () => {
    const anyArguments = fc.record(
      {
        region: fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constant(null),
          fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)) }),
        ),
        count: fc.oneof(fc.maxSafeInteger(), fc.double(), fc.constant(null)),
        flag: fc.oneof(fc.boolean(), fc.constant(null)),
        where: fc.oneof(fc.record({ tenant: fc.string() }, { requiredKeys: [] }), fc.constant(null)),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anyArguments, (callArguments) => {
        const headers = createParamHeaders(params, callArguments);
        for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]*$/);
        expect(checkParamHeaders(params, callArguments, headers)).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  test('may be written otherwise, as long as they say the same', () => {
    const callArguments = { region: 'us-west1', count: 42 };
    for (const headers of [
      { 'mcp-param-region': ' us-west1 ', 'mcp-param-count': '42.0' },
      { 'mcp-param-region': '=?base64?dXMtd2VzdDE=?=', 'mcp-param-count': '=?base64?NDI=?=' },
      { 'mcp-param-region': 'us-west1', 'mcp-param-count': '42', 'mcp-param-unknown': 'x' },
    ]) {
      expect(checkParamHeaders(params, callArguments, headers)).toBeUndefined();
    }
  });

  const rejected: Array<[string, unknown, Record<string, string>, string]> = [
    ['a missing header', { region: 'us-west1' }, {}, 'Mcp-Param-Region is missing, and the body has "region"'],
    ['a missing header for an empty string', { region: '' }, {}, 'Mcp-Param-Region is missing'],
    ['a missing header for false', { flag: false }, {}, 'Mcp-Param-Flag is missing'],
    ['a missing header for a nested value', { where: { tenant: 'a' } }, {}, 'Mcp-Param-Tenant is missing, and the body has "where.tenant"'],
    ['another value', { region: 'us-west1' }, { 'mcp-param-region': 'eu' }, 'Mcp-Param-Region is "eu", and the body says "us-west1"'],
    ['another number', { count: 42 }, { 'mcp-param-count': '42.5' }, 'Mcp-Param-Count is "42.5", and the body says "42"'],
    ['a boolean in upper case', { flag: true }, { 'mcp-param-flag': 'TRUE' }, 'Mcp-Param-Flag is "TRUE", and the body says "true"'],
    ['bad Base64', { region: 'Hello' }, { 'mcp-param-region': '=?base64?SGVsbG8?=' }, 'Mcp-Param-Region is not valid Base64'],
    [
      'characters that no header may hold',
      { region: 'é' },
      { 'mcp-param-region': 'é' },
      'Mcp-Param-Region contains characters that are not allowed in a header',
    ],
    [
      'a value that the body has not',
      {},
      { 'mcp-param-region': 'eu' },
      'Mcp-Param-Region is "eu", and the body has no value for it at "region"',
    ],
    [
      'a value where the body has null',
      { region: null },
      { 'mcp-param-region': 'null' },
      'Mcp-Param-Region is "null", and the body has no value',
    ],
  ];
  test.each(rejected)('are rejected for %s', (_what, callArguments, headers, message) => {
    const error = checkParamHeaders(params, callArguments, headers, 'id-1');
    expect(error).toMatchObject({ code: -32020, id: 'id-1', message: expect.stringContaining(`Header mismatch: ${message}`) });
    expect(error?.data).toEqual({ header: message.split(' ')[0] });
  });
});
