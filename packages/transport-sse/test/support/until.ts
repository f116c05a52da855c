import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `condition` holds, looking again every few milliseconds; fails with `what` when it does not come true in time. */
export async function until(what: string | (() => string), condition: () => unknown, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited ${ms} ms in vain until ${typeof what === 'string' ? what : what()}`);
    await sleep(10);
  }
}
