import type { Params } from '@mcpwire/jsonrpc';
import { excerpt, invalidParams } from './errors.js';

export function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws JsonRpcError -32602 when the member is not a string. */
export function requireString(params: Params, name: string): string {
  const value = params[name];
  if (typeof value !== 'string') throw invalidParams(`${name} must be a string, and is ${excerpt(value)}`);
  return value;
}

/**
 * An object that may be left out; then it is empty.
 *
 * @throws JsonRpcError -32602 when it is something else.
 */
export function optionalObject(params: Params, name: string): Params {
  const value = params[name] ?? {};
  if (!isObject(value)) throw invalidParams(`${name} must be an object, and is ${excerpt(value)}`);
  return value;
}
