import { Ajv } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Check, CheckContext } from '../check.js';
import { notApplicable } from '../expect.js';
import type { JsonObject } from '../inbox.js';
import { isObject } from '../session.js';
import { breachAt, type Seen, seenResults } from './observed.js';
import { EVERY_TRANSPORT, since } from './scope.js';

const DEFAULT_DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const common = { transports: EVERY_TRANSPORT, revisions: since('2025-11-25'), uses: 'after' } as const;
const lenient = { strict: false, validateFormats: false } as const;

/** Dialects that can be judged here; of others nothing is said. */
interface SchemaValidator {
  validateSchema(schema: object): boolean | Promise<unknown>;
  errorsText(): string;
}

const validators: Readonly<Record<string, () => SchemaValidator>> = {
  [DEFAULT_DIALECT]: () => new Ajv2020(lenient),
  'https://json-schema.org/draft/2019-09/schema': () => new Ajv2019(lenient),
  'http://json-schema.org/draft-07/schema': () => new Ajv(lenient),
};

/** Compiling a dialect's own schema takes a while: once each. */
const compiled = new Map<string, SchemaValidator | undefined>();

function validatorFor(dialect: string): SchemaValidator | undefined {
  if (!compiled.has(dialect)) compiled.set(dialect, validators[dialect]?.());
  return compiled.get(dialect);
}

/** The schemas that tools are listed with. */
export const jsonSchemaChecks: readonly Check[] = [
  {
    ...common,
    id: 'json-schema/valid',
    level: 'must',
    title: 'The schemas of tools are valid in their dialect, JSON Schema 2020-12 unless they name another',
    spec: ['json-schema.valid'],
    remedy: 'Check your schemas with a validator of their dialect.',
    async run(context) {
      for (const { each, tool, schema } of schemas(context)) {
        const validator = validatorFor(dialectOf(schema));
        if (!validator || validator.validateSchema(schema) === true) continue;
        breachAt(each, `a schema of the tool ${tool} is not valid in its dialect: ${validator.errorsText()}`, dialectOf(schema), schema);
      }
    },
  },
  {
    ...common,
    id: 'json-schema/use-2020-12',
    level: 'should',
    title: 'The schemas of tools are written in JSON Schema 2020-12',
    spec: ['json-schema.use-2020-12'],
    remedy: 'Leave $schema out, and write 2020-12; or have your library generate that.',
    async run(context) {
      for (const { each, tool, schema } of schemas(context)) {
        if (dialectOf(schema) !== DEFAULT_DIALECT)
          breachAt(each, `a schema of the tool ${tool} is in another dialect`, DEFAULT_DIALECT, schema.$schema);
      }
    },
  },
];

function dialectOf({ $schema }: JsonObject): string {
  return typeof $schema === 'string' ? $schema.replace(/#$/, '') : DEFAULT_DIALECT;
}

function schemas(context: CheckContext): { readonly each: Seen; readonly tool: string; readonly schema: JsonObject }[] {
  const found = seenResults(context).flatMap((each) => {
    const { tools } = each.result;
    return (Array.isArray(tools) ? tools.filter(isObject) : []).flatMap((tool) =>
      [tool.inputSchema, tool.outputSchema].filter(isObject).map((schema) => ({ each, tool: String(tool.name), schema })),
    );
  });
  if (found.length === 0) notApplicable('the server listed no tools');
  return found;
}
