import type { JsonRpcError, RequestId } from '@mcpwire/jsonrpc';
import { headerMismatch } from './error-codes.js';
import { decodeHeaderValue, encodeHeaderValue, headerTextMatches, toHeaderText } from './header-value.js';
import { type HeaderFields, HeaderName, quote } from './headers.js';

/** A tool parameter that is repeated in an HTTP header. */
export interface ParamHeader {
  /** As the schema's `x-mcp-header` gives it: `Region`. */
  readonly name: string;
  /** The field name, in lower case: `mcp-param-region`. */
  readonly field: string;
  /** The property names that lead to the value in the call's arguments. */
  readonly path: readonly string[];
  readonly type: 'string' | 'integer' | 'boolean';
}

/** What a tool's `inputSchema` asks for, or why the whole tool is invalid: a sentence for a log. */
export type ParsedParamHeaders =
  | { readonly params: readonly ParamHeader[]; readonly fault?: undefined }
  | { readonly params?: undefined; readonly fault: string };

const ANNOTATION = 'x-mcp-header';
/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const TYPES: readonly unknown[] = ['string', 'integer', 'boolean'];
/** A bound on what a hostile schema can cost ("JSON Schema Usage" asks for one). No tool nests its parameters so. */
const MAX_DEPTH = 100;

/** Where a schema stands in the whole. A list from the inside out: an array for each would take quadratic memory. */
interface Place {
  readonly key: string;
  readonly outer: Place | undefined;
  readonly depth: number;
}

/**
 * The keywords of JSON Schema (2020-12 and the drafts before) that hold schemas, apart from `properties`: one, a list, or a map by
 * name. No annotation may stand below them. What other keywords hold, `default` or `enum`, is data, where the word means nothing.
 */
const SCHEMA_KEYWORDS: readonly string[] = [
  ...['additionalItems', 'additionalProperties', 'contains', 'contentSchema', 'else', 'if', 'items', 'not', 'propertyNames', 'then'],
  ...['unevaluatedItems', 'unevaluatedProperties', 'allOf', 'anyOf', 'oneOf', 'prefixItems'],
];
const SCHEMA_MAP_KEYWORDS: readonly string[] = ['$defs', 'definitions', 'dependencies', 'dependentSchemas', 'patternProperties'];

/**
 * Collects the `x-mcp-header` annotations of a tool's `inputSchema`. They must be tokens, unique whatever their case, on properties
 * whose `type` is exactly `string`, `integer` or `boolean`, and reachable from the root by `properties` alone. A tool that breaks this is
 * left out of `tools/list` by a client over HTTP. The schema is JSON, without cycles; a parameter lies at most 100 properties deep.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#schema-extension
 */
export function parseParamHeaders(inputSchema: unknown): ParsedParamHeaders {
  const params: ParamHeader[] = [];
  const seen = new Map<string, string>();
  // A stack of its own: a hostile schema may be nested deeper than calls can be.
  const pending: Array<{ schema: unknown; place: Place | undefined; reachable: boolean }> = [];
  const add = (schema: unknown, key: string, outer: Place | undefined, reachable: boolean): void => {
    pending.push({ schema, place: { key, outer, depth: (outer?.depth ?? 0) + 1 }, reachable });
  };
  pending.push({ schema: inputSchema, place: undefined, reachable: true });
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { schema, place, reachable } = next;
    if (!isObject(schema)) continue;
    if (Object.hasOwn(schema, ANNOTATION)) {
      const param = parseAnnotation(schema, place, reachable);
      if (typeof param === 'string') return { fault: param };
      const where = nameOf(param.path);
      const other = seen.get(param.field);
      if (other) return { fault: `${where} and ${other} have the same ${ANNOTATION}, ${quote(param.name)}; case makes no difference` };
      seen.set(param.field, where);
      params.push(param);
    }
    for (const [keyword, value] of Object.entries(schema)) {
      if (keyword === 'properties' && isObject(value)) {
        for (const [property, child] of Object.entries(value)) add(child, property, place, reachable);
      } else if (SCHEMA_KEYWORDS.includes(keyword)) {
        for (const child of Array.isArray(value) ? value : [value]) add(child, keyword, place, false);
      } else if (SCHEMA_MAP_KEYWORDS.includes(keyword) && isObject(value)) {
        for (const child of Object.values(value)) add(child, keyword, place, false);
      }
    }
  }
  // The stack gave the last property first.
  return { params: params.reverse() };
}

/** The parameter that this schema annotates, or what is wrong with the annotation. */
function parseAnnotation(schema: Record<string, unknown>, place: Place | undefined, reachable: boolean): ParamHeader | string {
  if (place && place.depth > MAX_DEPTH) return `an ${ANNOTATION} stands more than ${MAX_DEPTH} schemas deep`;
  const path = pathOf(place);
  const where = nameOf(path);
  const { type, [ANNOTATION]: name } = schema;
  if (!reachable || !place) return `${where}: ${ANNOTATION} may only stand on a property that "properties" alone lead to`;
  if (!isToken(name)) return `${where}: ${ANNOTATION} must be one or more of A-Z a-z 0-9 !#$%&'*+-.^_\`|~`;
  if (!isParamType(type)) return `${where}: ${ANNOTATION} may only stand on the type string, integer or boolean`;
  return { name, field: HeaderName.ParamPrefix + name.toLowerCase(), path, type };
}

function pathOf(place: Place | undefined): string[] {
  const path: string[] = [];
  for (let each = place; each; each = each.outer) path.push(each.key);
  return path.reverse();
}

function nameOf(path: readonly string[]): string {
  return path.length === 0 ? 'the schema itself' : quote(path.join('.'));
}

/**
 * The `mcp-param-…` headers of a call, encoded. A parameter that is null, absent, or no primitive value has none, nor has an integer beyond
 * ±(2^53 - 1).
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#client-behavior
 */
export function createParamHeaders(params: readonly ParamHeader[], callArguments: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { field, path } of params) {
    const text = toHeaderText(valueAt(callArguments, path));
    if (text !== undefined) headers[field] = encodeHeaderValue(text);
  }
  return headers;
}

/**
 * Compares the `mcp-param-…` headers of a call with its arguments. One must be there exactly if its value is, and say the same; integers
 * compare by value. Headers that the tool does not ask for are ignored.
 *
 * @returns -32020 (HTTP 400) for the first that is missing, malformed or different, or that repeats a value which is not there.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-behavior-for-custom-headers
 */
export function checkParamHeaders(
  params: readonly ParamHeader[],
  callArguments: unknown,
  headers: HeaderFields,
  id?: RequestId,
): JsonRpcError | undefined {
  for (const { name, field, path } of params) {
    const value = valueAt(callArguments, path);
    const expected = toHeaderText(value);
    const header = `Mcp-Param-${name}`;
    const received = headers[field];
    if (received === undefined) {
      if (expected !== undefined) return headerMismatch(header, `is missing, and the body has ${nameOf(path)}`, id);
      continue;
    }
    const { text, fault } = decodeHeaderValue(received);
    if (fault !== undefined) return headerMismatch(header, fault, id);
    if (expected === undefined) return headerMismatch(header, `is ${quote(text)}, and the body has no value for it at ${nameOf(path)}`, id);
    if (!headerTextMatches(text, value)) return headerMismatch(header, `is ${quote(text)}, and the body says ${quote(expected)}`, id);
  }
  return undefined;
}

/** Own properties of objects only: `constructor` leads nowhere. */
function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function isToken(name: unknown): name is string {
  return typeof name === 'string' && TOKEN.test(name);
}

function isParamType(type: unknown): type is ParamHeader['type'] {
  return TYPES.includes(type);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
