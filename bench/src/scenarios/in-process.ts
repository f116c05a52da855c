import type { RoundResult, Session, Timing } from './scenario.js';

/** How often something was done, and in what time. */
export interface Repeated {
  readonly passes: number;
  readonly elapsedMs: number;
}

/**
 * A session of what needs no server: repeats `pass` for as long as the warm-up and each round last, once at the least, and has `toMetrics` make the figures of a round.
 * The clock is read once a pass, so that one should take some microseconds.
 */
export function repeatInProcess(
  { warmUpMs, roundMs }: Timing,
  pass: () => void | Promise<void>,
  toMetrics: (repeated: Repeated) => RoundResult['metrics'],
): Session {
  return {
    warmUp: async () => void (await repeatFor(warmUpMs, pass)),
    round: async () => ({ metrics: toMetrics(await repeatFor(roundMs, pass)) }),
    close: async () => {},
  };
}

async function repeatFor(durationMs: number, pass: () => void | Promise<void>): Promise<Repeated> {
  const startedAt = performance.now();
  let passes = 0;
  let elapsedMs = 0;
  do {
    const pending = pass();
    // To wait for nothing would cost what a short pass takes.
    if (pending !== undefined) await pending;
    passes++;
    elapsedMs = performance.now() - startedAt;
  } while (elapsedMs < durationMs);
  return { passes, elapsedMs };
}
