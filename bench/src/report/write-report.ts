import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toHtml } from './html/page.js';
import { toMarkdown } from './markdown.js';
import type { Report } from './report.js';

/** Writes `latest.json`, `latest.md` and `latest.html` into a directory, which is made if it isn't there. Resolves with their paths. */
export async function writeReport(report: Report, directory: string): Promise<readonly string[]> {
  await mkdir(directory, { recursive: true });
  const files = { 'latest.json': toJson(report), 'latest.md': toMarkdown(report), 'latest.html': toHtml(report) };
  const paths: string[] = [];
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    await writeFile(path, content);
    paths.push(path);
  }
  return paths;
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
