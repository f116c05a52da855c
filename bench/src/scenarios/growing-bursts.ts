import type { Timing } from './scenario.js';

/** A target that is slow, or on a slow machine, has made fewer requests when its warm-up ends. */
const mostWarmUps = 8;

/**
 * Warms a target up with bursts that grow until `warmUpMs` have passed and `warmUpCount` requests are made, or eight times as long. Resolves with how many requests
 * take a round at the rate of the last one, so that no clock need be read inside a round. `burst` resolves with its milliseconds; `least` is its smallest count.
 */
export async function warmUpByBursts(burst: (count: number) => Promise<number>, least: number, timing: Timing): Promise<number> {
  const { warmUpMs, warmUpCount = 0, roundMs } = timing;
  let count = least;
  let elapsedMs = 0;
  let made = 0;
  const isCold = (spentMs: number): boolean => spentMs < warmUpMs || (made < warmUpCount && spentMs < warmUpMs * mostWarmUps);
  for (let spentMs = 0; isCold(spentMs); spentMs += elapsedMs) {
    elapsedMs = await burst(count);
    made += count;
    const wanted = Math.ceil((count * roundMs) / elapsedMs);
    count = Math.max(least, Math.min(wanted, count * 4));
  }
  return count;
}
