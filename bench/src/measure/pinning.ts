import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The cores that client and server keep to, or why they keep to none. */
export type Pinning = { readonly clientCore: number; readonly serverCore: number } | { readonly reason: string };

/** Chooses two cores that this process may use, of different physical cores where there are such, and tries whether it may keep to them. */
export async function planPinning(): Promise<Pinning> {
  try {
    const cores = parseCoreList((await taskset('-p', String(process.pid))).split(':').at(-1)?.trim() ?? '');
    const [clientCore] = cores;
    if (clientCore === undefined || cores.length < 2) return { reason: 'this process may use one core only' };
    const serverCore = await chooseOther(cores as [number, ...number[]]);
    for (const core of [clientCore, serverCore]) await taskset(String(core), process.execPath, '--version');
    return { clientCore, serverCore };
  } catch (error) {
    return { reason: describeRefusal(error as NodeJS.ErrnoException & { stderr?: string }) };
  }
}

/** With a list of cores, in Linux's notation, in place of a mask. */
async function taskset(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('taskset', ['-c', ...args]);
  return stdout;
}

function describeRefusal({ code, message, stderr }: NodeJS.ErrnoException & { stderr?: string }): string {
  if (code === 'ENOENT') return 'taskset is not available on this machine';
  return `taskset does not work here (${(stderr?.trim() || message).replaceAll(/\s*\n\s*/g, '; ')})`;
}

/** A core of another physical one than the first, or else the second. */
async function chooseOther([first, ...rest]: readonly [number, ...number[]]): Promise<number> {
  const physical = await readPhysicalCore(first);
  for (const core of rest) {
    if ((await readPhysicalCore(core)) !== physical) return core;
  }
  return rest[0] as number;
}

/** `0-2,7` as 0, 1, 2, 7. */
export function parseCoreList(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number) as [number, number?];
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

async function readPhysicalCore(core: number): Promise<string> {
  const topology = `/sys/devices/system/cpu/cpu${core}/topology`;
  try {
    const [packageId, coreId] = await Promise.all([
      readFile(`${topology}/physical_package_id`, 'utf8'),
      readFile(`${topology}/core_id`, 'utf8'),
    ]);
    return `${packageId.trim()}:${coreId.trim()}`;
  } catch {
    return String(core);
  }
}
