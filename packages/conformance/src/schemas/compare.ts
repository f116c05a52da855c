import type { Revision } from '@mcpwire/protocol';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { JsonValue } from '../inbox.js';
import { type Schema, type ShapeName, shapesOf } from './shapes.js';

const ajv = new Ajv({ allErrors: true, strict: false });
const compiled = new Map<string, ValidateFunction>();

/**
 * Where `value` differs from the revision's shape of that name, each as a sentence's part; empty when it does not.
 *
 * @throws RangeError for a shape that the revision does not have.
 */
export function compareShape(revision: Revision, name: ShapeName, value: JsonValue | undefined): string[] {
  const key = `${revision} ${name}`;
  let validate = compiled.get(key);
  if (!validate) {
    const schema: Schema | undefined = shapesOf(revision)[name];
    if (!schema) throw new RangeError(`revision ${revision} has no ${name}`);
    validate = ajv.compile(schema);
    compiled.set(key, validate);
  }
  if (validate(value)) return [];
  return [...new Set((validate.errors ?? []).map(describe))];
}

function describe({ instancePath, keyword, params, message = 'is wrong' }: ErrorObject): string {
  const where = instancePath === '' ? 'it' : instancePath.slice(1).replaceAll('/', '.');
  if (keyword === 'required') return `${where} lacks ${String(params.missingProperty)}`;
  if (keyword === 'enum') return `${where} must be one of ${(params.allowedValues as unknown[]).join(', ')}`;
  if (keyword === 'const') return `${where} must be ${JSON.stringify(params.allowedValue)}`;
  return `${where} ${message}`;
}
