import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type Report, schemaVersion } from './report.js';

/** A file that is no report of this bench. The message names the file and what is wrong with it. */
export class ReportFileError extends Error {
  override readonly name = 'ReportFileError';
}

/** The published JSON Schema of a report. */
export const schemaPath: string = fileURLToPath(new URL('../../results/schema.json', import.meta.url));

let validator: ValidateFunction | undefined;

/**
 * Reads a report from a file.
 * @throws ReportFileError when there is no such file, or it is no JSON, or of another version, or no report.
 */
export async function readReport(path: string): Promise<Report> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ReportFileError(code === 'ENOENT' ? `there is no file ${path}` : `${path} can't be read: ${message}`, { cause: error });
  }
  return parseReport(text, path);
}

/** @throws ReportFileError; `name` stands for the text in its message */
async function parseReport(text: string, name: string): Promise<Report> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ReportFileError(`${name} is no JSON, or only a part of it: ${(error as Error).message}`, { cause: error });
  }
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (version === undefined) throw new ReportFileError(`${name} is no report of this bench: it has no schemaVersion`);
  if (version !== schemaVersion)
    throw new ReportFileError(
      `${name} has schemaVersion ${JSON.stringify(version)}, and this bench reads ${schemaVersion}: measure anew, or use the bench that wrote it`,
    );
  validator ??= new Ajv2020({ allErrors: false, strict: true, allowUnionTypes: true }).compile(
    JSON.parse(await readFile(schemaPath, 'utf8')),
  );
  if (!validator(value)) {
    const [fault] = validator.errors ?? [];
    const extra = fault?.params.additionalProperty === undefined ? '' : ` (${String(fault.params.additionalProperty)})`;
    throw new ReportFileError(`${name} is no report of this bench: ${fault?.instancePath || 'it'} ${fault?.message}${extra}`);
  }
  return value as Report;
}
