import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** The protocol's own JSON Schemas, one a revision. They are not part of this project; who has them puts them beside the checkout. */
const folder = new URL('../../../../../shared/schema/', import.meta.url);

export const havePublishedSchemas: boolean = existsSync(new URL('2026-07-28.json', folder));

type Schema = Record<string, unknown>;

interface Published {
  readonly ajv: Ajv;
  /** The prefix of a definition's reference. */
  readonly definitions: string;
  /** Notifications and requests have `jsonrpc` and `id` in their definitions from 2025-11-25 on. */
  readonly wholeMessages: boolean;
}

const loaded = new Map<string, Published>();

/**
 * Holds a value against a definition of a revision, more strictly than published: what the revision does not name must not be there, so
 * that nothing of a later revision slips in.
 *
 * @returns what is wrong with it.
 */
export function findViolations(revision: string, definition: string, value: unknown): string[] {
  const { ajv, definitions, wholeMessages } = load(revision);
  const { jsonrpc, id, ...rest } = value as Schema;
  const checked = /(?:Notification|Request)$/.test(definition) && !wholeMessages ? rest : value;
  const validate = ajv.getSchema(`schema#/${definitions}/${definition}`);
  if (!validate) throw new Error(`${revision} has no definition ${definition}`);
  if (validate(checked)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${revision} ${definition}${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function load(revision: string): Published {
  let published = loaded.get(revision);
  if (!published) {
    const schema = JSON.parse(readFileSync(new URL(`${revision}.json`, folder), 'utf8')) as Schema;
    const definitions = '$defs' in schema ? '$defs' : 'definitions';
    const options = { strict: false, allErrors: true };
    const ajv = String(schema.$schema).includes('2020-12') ? new Ajv2020(options) : new Ajv(options);
    formats.default(ajv);
    for (const [name, definition] of Object.entries(schema[definitions] as Schema)) close(definition, name);
    ajv.addSchema(schema, 'schema');
    published = { ajv, definitions, wholeMessages: definitions === '$defs' };
    loaded.set(revision, published);
  }
  return published;
}

/** Forbids what is not named. The schemas of a tool's input and output are themselves open to every keyword. */
function close(schema: unknown, name: string): void {
  if (typeof schema !== 'object' || schema === null || name === 'inputSchema' || name === 'outputSchema') return;
  if ('properties' in schema && !('additionalProperties' in schema)) Object.assign(schema, { additionalProperties: false });
  // What `allOf` joins must each stay open to what the others name.
  for (const [key, value] of Object.entries(schema)) if (key !== 'allOf') close(value, key);
}
