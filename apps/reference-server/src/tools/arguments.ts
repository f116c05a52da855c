import type { Params } from '@mcpwire/jsonrpc';
import { excerpt } from '../errors.js';
import { isObject } from '../params.js';

/** An argument that a tool does not take; its message is for whoever chose it, often a model. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

export interface StringSchema {
  readonly type: 'string';
  readonly description: string;
  readonly enum?: readonly string[];
  /** The header, behind `Mcp-Param-`, in which clients repeat it over HTTP, from 2026-07-28 on. */
  readonly 'x-mcp-header'?: string;
}

export interface IntegerSchema {
  readonly type: 'integer';
  readonly description: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly default?: number;
}

/** An object of any members: whoever takes it looks after them. */
export interface ObjectSchema {
  readonly type: 'object';
  readonly description: string;
}

/** The part of JSON Schema that the tools here describe their arguments with. */
export interface InputSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, StringSchema | IntegerSchema | ObjectSchema>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

/**
 * The arguments of a call, read by the very schema that the tool shows to clients, with its defaults filled in.
 *
 * @throws ArgumentError that names the argument, its limits and its value.
 */
export function readArguments(schema: InputSchema, given: Params): Record<string, unknown> {
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(schema.properties, name));
  if (stranger !== undefined)
    throw new ArgumentError(`There is no argument ${excerpt(stranger)}; there are ${Object.keys(schema.properties).join(', ')}.`);
  const values: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value !== undefined) values[name] = read(name, property, value);
    else if (schema.required.includes(name)) throw new ArgumentError(`The argument ${name} is missing.`);
    else if (property.type === 'integer' && property.default !== undefined) values[name] = property.default;
  }
  return values;
}

function read(name: string, property: StringSchema | IntegerSchema | ObjectSchema, value: unknown): unknown {
  if (property.type === 'string') return readString(name, property, value);
  if (property.type === 'integer') return readInteger(name, property, value);
  if (!isObject(value)) throw new ArgumentError(`The argument ${name} must be an object, and is ${excerpt(value)}.`);
  return value;
}

function readString(name: string, { enum: allowed }: StringSchema, value: unknown): string {
  if (typeof value !== 'string') throw new ArgumentError(`The argument ${name} must be a string, and is ${excerpt(value)}.`);
  if (allowed && !allowed.includes(value))
    throw new ArgumentError(`The argument ${name} must be one of ${allowed.join(', ')}, and is ${excerpt(value)}.`);
  return value;
}

function readInteger(name: string, { minimum, maximum }: IntegerSchema, value: unknown): number {
  if (!Number.isInteger(value) || (value as number) < minimum || (value as number) > maximum) {
    throw new ArgumentError(`The argument ${name} must be a whole number from ${minimum} to ${maximum}, and is ${excerpt(value)}.`);
  }
  return value as number;
}
