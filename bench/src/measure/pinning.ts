import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The cores that client and server keep to, or why they keep to none. */
export type Pinning = { readonly clientCore: number; readonly serverCore: number } | { readonly reason: string };

/** Chooses two cores that this process may use, of different physical cores where there are such. */
export async function planPinning(): Promise<Pinning> {
  let cores: number[];
  try {
    const { stdout } = await promisify(execFile)('taskset', ['-c', '-p', String(process.pid)]);
    cores = parseCoreList(stdout.slice(stdout.lastIndexOf(':') + 1).trim());
  } catch {
    return { reason: 'taskset is not available on this machine' };
  }
  const [clientCore] = cores;
  if (clientCore === undefined || cores.length < 2) return { reason: 'this process may use one core only' };
  const clientPhysical = await readPhysicalCore(clientCore);
  for (const core of cores.slice(1)) {
    if ((await readPhysicalCore(core)) !== clientPhysical) return { clientCore, serverCore: core };
  }
  return { clientCore, serverCore: cores[1] as number };
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
