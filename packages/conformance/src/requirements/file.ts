import { readFileSync } from 'node:fs';
import type { Revision } from '@mcpwire/protocol';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Keyword, Party } from './requirement.js';

/** `requirements/<revision>.yaml` as it is written; `requirements.schema.json` describes it. */
export interface RequirementsFile {
  readonly revision: Revision;
  readonly pages: Readonly<
    Record<string, { readonly keywords: CountsInFile; readonly elsewhere?: readonly (CountsInFile & { why: string })[] }>
  >;
  readonly requirements: readonly RequirementInFile[];
}

type CountsInFile = { readonly [K in Keyword]?: number };

export interface PlaceInFile {
  readonly page: string;
  readonly heading?: string;
  readonly covers?: number;
}

export interface RequirementInFile extends PlaceInFile {
  readonly id: string;
  readonly level: Keyword;
  readonly text: string;
  readonly side: Party | 'both';
  readonly transports?: readonly ('stdio' | 'sse' | 'streamable-http')[];
  readonly plain?: true;
  readonly also?: readonly PlaceInFile[];
  readonly checks?: readonly string[];
  readonly 'not-observable'?: string | { readonly [P in Party]?: string };
}

/** Something wrong in a file: where, as a path into it, and what. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly what: string;
}

let validate: ValidateFunction<RequirementsFile> | undefined;

/** Whether a file's content has the right keys with the right kinds of values; the problems, when it has not. */
export function checkShape(content: unknown): { file: RequirementsFile } | { problems: Problem[] } {
  if (!validate) {
    const schema = new URL('../../requirements/requirements.schema.json', import.meta.url);
    validate = new Ajv({ allErrors: true, verbose: true }).compile<RequirementsFile>(JSON.parse(readFileSync(schema, 'utf8')));
  }
  if (validate(content)) return { file: content };
  return { problems: (validate.errors ?? []).filter(({ keyword }) => keyword !== 'oneOf').map(toProblem) };
}

function toProblem({ instancePath, keyword, params, message, data }: ErrorObject): Problem {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')));
  const key = path.at(-1);
  if (keyword === 'additionalProperties')
    return { path: [...path, params.additionalProperty], what: `unknown key ${params.additionalProperty}` };
  if (keyword === 'required') return { path, what: `the key ${params.missingProperty} is missing` };
  if (keyword === 'enum') return { path, what: `${key} is ${JSON.stringify(data)}, not one of ${params.allowedValues.join(', ')}` };
  if (keyword === 'pattern') return { path, what: `${key} is ${JSON.stringify(data)}, which does not match ${params.pattern}` };
  return { path, what: `${key ?? 'the file'} ${message}` };
}
