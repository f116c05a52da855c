import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Revision } from '../src/index.js';

/** The published JSON Schemas, beside the checkout where they are there. */
const folder = join(import.meta.dirname, '../../../../shared/schema');

export const hasSchemas: boolean = existsSync(join(folder, '2024-11-05.json'));

export type Schema = { [key: string]: Schema } & {
  $ref?: string;
  anyOf?: Schema[];
  allOf?: Schema[];
  const?: unknown;
  enum?: string[];
  required?: string[];
};

/** The definitions of a revision's schema, by name. */
export function definitionsOf(revision: Revision): Record<string, Schema> {
  const schema = JSON.parse(readFileSync(join(folder, `${revision}.json`), 'utf8')) as Record<string, Record<string, Schema>>;
  return schema.$defs ?? schema.definitions ?? {};
}

/** The methods of a union such as ClientRequest; none if the schema does not have it. */
export function methodsOfUnion(definitions: Record<string, Schema>, union: string): string[] {
  const schema = definitions[union];
  if (!schema) return [];
  return (schema.anyOf ?? [schema]).map((member) => {
    const resolved = member.$ref ? definitions[member.$ref.split('/').at(-1) as string] : member;
    return String(resolved?.properties?.method?.const);
  });
}
