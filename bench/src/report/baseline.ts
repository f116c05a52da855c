import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Machine } from '../measure/machine.js';
import { ReportFileError } from './read-report.js';

/** Where the committed results are: one for each class of machines. */
const baselineDirectory: string = fileURLToPath(new URL('../../results/baselines', import.meta.url));

/** What machines have in common whose results may be held against each other: `linux-x64-2-cores`. */
export function toMachineClass({ os, cores }: Pick<Machine, 'os' | 'cores'>): string {
  const words = os.toLowerCase().split(' ');
  return `${words[0]}-${words.at(-1)}-${cores}-core${cores === 1 ? '' : 's'}`;
}

/** The files of all committed results, that of this class first. */
export async function listBaselines(machineClass: string, directory: string = baselineDirectory): Promise<readonly string[]> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  const own = `${machineClass}.json`;
  return [...names.filter((name) => name === own), ...names.filter((name) => name !== own)].map((name) => join(directory, name));
}

/** The file of the committed result of a class. @throws ReportFileError naming those that there are, when it is none of them */
export async function findBaseline(machineClass: string, directory?: string): Promise<string> {
  const [first, ...others] = await listBaselines(machineClass, directory);
  if (first?.endsWith(`${machineClass}.json`)) return first;
  const there = [first, ...others].filter((path) => path !== undefined);
  throw new ReportFileError(
    `no result of ${machineClass} is committed to compare with (there ${there.length === 1 ? 'is' : 'are'}: ${there.join(', ') || 'none'}); name two reports`,
  );
}
