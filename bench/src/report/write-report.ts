import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { toCsv } from './csv.js';
import { toHtml } from './html/page.js';
import { makeDirectory } from './make-directory.js';
import { toMarkdown } from './markdown.js';
import type { Report } from './report.js';

/** What became of each file. */
export interface WrittenReport {
  readonly paths: readonly string[];
  readonly failures: readonly { readonly path: string; readonly error: Error }[];
  /** Where the JSON was kept because its own place did not take it. */
  readonly rescued?: string;
}

/**
 * Writes `latest.json`, `latest.csv`, `latest.md` and `latest.html` into a directory, and the JSON to one more file where that is asked for.
 * Never rejects for a file that can't be written: the others are, earlier results stay whole, and when no JSON could be, it goes to a new
 * directory among the system's temporary ones.
 */
export async function writeReport(report: Report, directory: string, jsonFile?: string): Promise<WrittenReport> {
  const json = toJson(report);
  const files: readonly (readonly [path: string, content: string])[] = [
    [join(directory, 'latest.json'), json],
    [join(directory, 'latest.csv'), toCsv(report)],
    [join(directory, 'latest.md'), toMarkdown(report)],
    [join(directory, 'latest.html'), toHtml(report)],
    ...(jsonFile === undefined ? [] : [[jsonFile, json] as const]),
  ];
  const paths: string[] = [];
  const failures: { path: string; error: Error }[] = [];
  for (const [path, content] of files) {
    try {
      await (path === jsonFile ? writeDirectly(path, content) : writeWhole(path, content));
      paths.push(path);
    } catch (error) {
      failures.push({ path, error: error as Error });
    }
  }
  const rescued =
    failures.some(({ path }) => path.endsWith('.json')) && !paths.some((path) => path.endsWith('.json')) && (await rescue(json));
  return { paths, failures, ...(rescued && { rescued }) };
}

/** A file of that name is either the old or the new one, never half of it. */
async function writeWhole(path: string, content: string): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await writeFile(partial, content);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {});
    throw error;
  }
}

/** For a path of the reader's choice, which may be a device or a pipe. */
async function writeDirectly(path: string, content: string): Promise<void> {
  await makeDirectory(dirname(path));
  await writeFile(path, content);
}

async function rescue(json: string): Promise<string | undefined> {
  try {
    const path = join(await mkdtemp(join(tmpdir(), 'bench-')), 'latest.json');
    await writeFile(path, json);
    return path;
  } catch {
    return undefined;
  }
}

/** The report as JSON, one row a line, so that two of them can be compared with diff. */
export function toJson(report: Report): string {
  const text = JSON.stringify(
    report,
    (key, value) => (key === 'rows' || key === 'gaps' ? (value as unknown[]).map((item) => JSON.stringify(item)) : value),
    2,
  );
  return `${text.replace(/^( {4})("(?:[^"\\]|\\.)*")(,?)$/gm, (_, space: string, line: string, comma: string) => `${space}${JSON.parse(line) as string}${comma}`)}\n`;
}
