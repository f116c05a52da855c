import { readFile } from 'node:fs/promises';

/**
 * Begins to watch how much of this machine's time its host gives to others, and returns what says so at the end: percent of the time of all cores.
 * Undefined where the system does not tell.
 */
export async function startStealClock(): Promise<() => Promise<number | undefined>> {
  const before = await readTimes();
  return async () => {
    const after = await readTimes();
    if (before === undefined || after === undefined || after.total <= before.total) return undefined;
    return Number((((after.stolen - before.stolen) / (after.total - before.total)) * 100).toFixed(2));
  };
}

/** The first line of Linux's /proc/stat: user nice system idle iowait irq softirq steal, in ticks. */
async function readTimes(): Promise<{ stolen: number; total: number } | undefined> {
  try {
    const [line = ''] = (await readFile('/proc/stat', 'utf8')).split('\n', 1);
    const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
    if (ticks.length < 8 || ticks.some(Number.isNaN)) return undefined;
    return { stolen: ticks[7] as number, total: ticks.reduce((sum, value) => sum + value, 0) };
  } catch {
    return undefined;
  }
}
