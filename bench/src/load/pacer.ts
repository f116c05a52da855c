import { readMachineClockMs } from '../measure/machine-clock.js';

/** A timer is up to a millisecond late and more; what is nearer than this is waited for turn by turn of the event loop. */
const turnByTurnMs = 2;
/** Within this time it is noticed that there is nothing more to do. */
const longestWaitMs = 100;

/**
 * Calls `fire` `count` times at a fixed rate, whatever becomes of the calls before, each with its index and the time it was meant for. When the process is
 * late, it makes up at once for what it has missed: the rate holds, and whoever counts from the meant time counts the delay. Resolves after the last call, or early
 * when the signal aborts; rejects with what `fire` throws.
 */
export function pace(
  count: number,
  perSecond: number,
  fire: (index: number, dueAtMs: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const startedAt = readMachineClockMs();
    const dueAt = (index: number): number => startedAt + (index * 1000) / perSecond;
    let next = 0;
    const turn = (): void => {
      try {
        const now = readMachineClockMs();
        while (next < count && dueAt(next) <= now && !signal?.aborted) fire(next, dueAt(next++));
        if (next === count || signal?.aborted) return resolve();
        const leftMs = dueAt(next) - readMachineClockMs();
        if (leftMs > turnByTurnMs) setTimeout(turn, Math.min(leftMs - turnByTurnMs, longestWaitMs));
        else setImmediate(turn);
      } catch (error) {
        reject(error);
      }
    };
    turn();
  });
}
