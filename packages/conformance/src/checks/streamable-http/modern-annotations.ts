import { notApplicable } from '../../expect.js';
import type { JsonObject, JsonValue } from '../../inbox.js';
import { isObject } from '../../session.js';
import type { HttpContext, HttpSession } from './scope.js';

/** A mark in a tool's schema that asks for a parameter to be repeated in a header. */
export interface Annotation {
  readonly tool: string;
  /** The value of `x-mcp-header`. */
  readonly name: JsonValue;
  /** Property names from the root of the arguments; meaningless unless `reachable`. */
  readonly path: readonly string[];
  /** Whether `properties` alone lead there. */
  readonly reachable: boolean;
  readonly schema: JsonObject;
}

const MARK = 'x-mcp-header';
const MAX_PAGES = 20;
/** Keywords that hold no schemas but data, in which the mark would mean nothing. */
const DATA = new Set(['default', 'enum', 'const', 'examples', 'required']);

/** Every mark in the schemas of the listed tools. Does not apply to servers without any. */
export async function listedAnnotations(context: HttpContext, session: HttpSession): Promise<Annotation[]> {
  if (!Object.hasOwn(context.server.capabilities, 'tools')) notApplicable('the server does not declare the capability tools');
  const found: Annotation[] = [];
  let cursor: JsonValue | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const params = cursor === undefined ? undefined : { cursor };
    const result = await context.control('tools/list is answered', () => session.result('tools/list', params));
    for (const tool of Array.isArray(result.tools) ? result.tools : []) {
      if (isObject(tool)) found.push(...annotationsOf(String(tool.name), tool.inputSchema));
    }
    cursor = result.nextCursor;
    if (typeof cursor !== 'string') break;
  }
  if (found.length === 0) notApplicable('the server lists no tool with x-mcp-header in its schema');
  return found;
}

function annotationsOf(tool: string, inputSchema: JsonValue | undefined): Annotation[] {
  const found: Annotation[] = [];
  const visit = (value: JsonValue | undefined, path: readonly string[], reachable: boolean): void => {
    if (Array.isArray(value)) {
      for (const each of value) visit(each, path, false);
      return;
    }
    if (!isObject(value)) return;
    if (Object.hasOwn(value, MARK))
      found.push({ tool, name: value[MARK] ?? null, path, reachable: reachable && path.length > 0, schema: value });
    for (const [keyword, child] of Object.entries(value)) {
      if (DATA.has(keyword) || keyword === MARK) continue;
      if (keyword === 'properties' && isObject(child)) {
        for (const [property, schema] of Object.entries(child)) visit(schema, [...path, property], reachable);
      } else if (isObject(child) && /^(?:patternProperties|dependentSchemas|dependencies|\$defs|definitions)$/.test(keyword)) {
        for (const [key, schema] of Object.entries(child)) visit(schema, [...path, key], false);
      } else visit(child, [...path, keyword], false);
    }
  };
  visit(inputSchema, [], true);
  return found;
}

/** What the arguments have at a path; undefined if nothing. */
export function valueAt(args: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let value = args;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** A copy of the arguments with another value at a path; without one if it is undefined. */
export function withValue(args: JsonObject, path: readonly string[], value: JsonValue | undefined): JsonObject {
  const [key = '', ...rest] = path;
  const { [key]: old, ...others } = args;
  if (rest.length > 0) return { ...others, [key]: withValue(isObject(old) ? old : {}, rest, value) };
  return value === undefined ? others : { ...others, [key]: value };
}
