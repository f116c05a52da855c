import { readdirSync, readFileSync } from 'node:fs';

/** A running process, as /proc shows it. */
export interface RunningProcess {
  pid: number;
  parent: number;
  group: number;
  command: string;
  environment: string;
}

/** Every process that runs; the dead ones that nobody has collected yet are left out. */
export function runningProcesses(): RunningProcess[] {
  const processes: RunningProcess[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z' || state === 'X') continue;
      processes.push({
        pid: Number(name),
        parent: Number(parent),
        group: Number(group),
        command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
        environment: readFileSync(`/proc/${name}/environ`, 'utf8'),
      });
    } catch {
      // It ended meanwhile, or belongs to somebody else.
    }
  }
  return processes;
}
