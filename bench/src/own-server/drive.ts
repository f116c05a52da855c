import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Histogram } from 'hdr-histogram-js';
import type { Pace } from './pace.js';

/** What is called. */
export interface Callee {
  call(signal?: AbortSignal): Promise<void>;
}

export interface Driven {
  readonly calls: number;
  readonly elapsedMs: number;
}

/**
 * Keeps every callee busy with one call at a time (list one several times for more in flight) until the time has passed; each makes one at least.
 * @throws the first error of a call, once all others have settled
 */
export async function driveClosedLoop(
  callees: readonly Callee[],
  { durationMs, latencies, pace }: { durationMs: number; latencies: Histogram; pace: Pace },
): Promise<Driven> {
  const startedAt = performance.now();
  let calls = 0;
  let failed = false;
  const results = await Promise.allSettled(
    callees.map(async (callee) => {
      do {
        await pace.turn();
        const sentAt = performance.now();
        try {
          await callee.call();
        } catch (error) {
          failed = true;
          throw error;
        }
        record(latencies, performance.now() - sentAt);
        calls++;
      } while (!failed && performance.now() - startedAt < durationMs);
    }),
  );
  const rejected = results.find((result) => result.status === 'rejected');
  if (rejected) throw rejected.reason;
  return { calls, elapsedMs: performance.now() - startedAt };
}

/** So many calls wait for their answers at most; the next ones leave late, or not at all, and their latency counts that. */
const maxInFlight = 1000;
/** Timers are late by about so much; for the rest of a wait the event loop turns. */
const timerSlackMs = 1.5;

export interface OpenLoopDriven extends Driven {
  /** Calls that had no answer when the wait for them was over; their latency is what had passed until then. `calls` is without them. */
  readonly unanswered: number;
  /** Calls that this side sent more than 5 ms late though it might have sent them. */
  readonly late: number;
}

const lateFromMs = 5;

/**
 * Sends calls at a fixed rate, whatever becomes of the earlier ones, and counts each latency from when the call should have left: a
 * server that stalls is charged for all who would have come meanwhile.
 * @throws the first error of a call
 */
export async function driveOpenLoop(
  callee: Callee,
  { perSecond, durationMs, latencies, drainMs }: { perSecond: number; durationMs: number; latencies: Histogram; drainMs: number },
): Promise<OpenLoopDriven> {
  const intervalMs = 1000 / perSecond;
  const count = Math.max(1, Math.round(durationMs / intervalMs));
  const abort = new AbortController();
  const waiting = new Set<Promise<void>>();
  const answered = new Uint8Array(count);
  let failure: unknown;
  let late = 0;
  const startedAt = performance.now();
  const intendedAt = (i: number): number => startedAt + i * intervalMs;
  const endAt = startedAt + durationMs + drainMs;
  const send = (i: number): void => {
    const call = callee
      .call(abort.signal)
      .then(() => {
        record(latencies, performance.now() - intendedAt(i));
        answered[i] = 1;
      })
      .catch((error: unknown) => {
        if (!abort.signal.aborted) failure ??= error;
      })
      .finally(() => waiting.delete(call));
    waiting.add(call);
  };
  for (let i = 0; i < count && failure === undefined && performance.now() < endAt; i++) {
    await waitUntil(intendedAt(i));
    if (waiting.size < maxInFlight && performance.now() - intendedAt(i) > lateFromMs) late++;
    while (waiting.size >= maxInFlight && failure === undefined && performance.now() < endAt) await delay(1);
    if (waiting.size < maxInFlight) send(i);
  }
  const drained = new AbortController();
  await Promise.race([
    Promise.all(waiting),
    delay(Math.max(0, endAt - performance.now()), undefined, { signal: drained.signal }).catch(() => {}),
  ]);
  drained.abort();
  if (failure !== undefined) throw failure;
  const elapsedMs = Math.max(performance.now() - startedAt, count * intervalMs);
  let unanswered = 0;
  for (let i = 0; i < count; i++) {
    if (answered[i] === 1) continue;
    record(latencies, performance.now() - intendedAt(i));
    unanswered++;
  }
  abort.abort();
  await Promise.all(waiting);
  return { calls: count - unanswered, elapsedMs, unanswered, late };
}

async function waitUntil(at: number): Promise<void> {
  const restMs = at - performance.now();
  if (restMs > timerSlackMs) await delay(restMs - timerSlackMs);
  while (performance.now() < at) await nextTurn();
}

function record(latencies: Histogram, ms: number): void {
  latencies.recordValue(Math.max(1, Math.round(ms * 1e6)));
}
