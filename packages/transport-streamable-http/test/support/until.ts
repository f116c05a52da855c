import { setTimeout as sleep } from 'node:timers/promises';

export { sleep };

/** Waits until `condition` holds, and fails with `what` if it does not within 5 s. */
export async function until(condition: () => boolean, what: string | (() => string)): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`In vain: ${typeof what === 'string' ? what : what()}`);
    await sleep(2);
  }
}
