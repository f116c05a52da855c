import { setTimeout as sleep } from 'node:timers/promises';

export { sleep };

/** Waits until `condition` holds, and fails with `what` if it does not in time. */
export async function until(condition: () => boolean, what: string | (() => string), ms = 5_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`In vain: ${typeof what === 'string' ? what : what()}`);
    await sleep(2);
  }
}
