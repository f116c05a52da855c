import type { Histogram } from 'hdr-histogram-js';
import { toNanoseconds } from '../load/paced.js';
import { pace } from '../load/pacer.js';
import { readMachineClockMs } from '../measure/machine-clock.js';
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

/** So many calls wait for their answers at most; the next ones leave when there is room, or not at all, and their latency counts that. */
const maxInFlight = 1000;

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
  const count = Math.max(1, Math.round((durationMs * perSecond) / 1000));
  const dueAt = new Float64Array(count);
  const answered = new Uint8Array(count);
  const abort = new AbortController();
  const over = AbortSignal.any([abort.signal, AbortSignal.timeout(durationMs + drainMs)]);
  const waiting = new Set<Promise<void>>();
  /** Calls whose turn has come, and for which there was no room. */
  const held: number[] = [];
  let failure: unknown;
  let late = 0;
  let onidle: () => void = () => {};
  const send = (i: number): void => {
    const call = callee
      .call(abort.signal)
      .then(() => {
        record(latencies, readMachineClockMs() - (dueAt[i] as number));
        answered[i] = 1;
      })
      .catch((error: unknown) => {
        if (!over.aborted) failure ??= error;
      })
      .finally(() => {
        waiting.delete(call);
        if (failure !== undefined) abort.abort();
        const next = over.aborted ? undefined : held.shift();
        if (next !== undefined) send(next);
        if (waiting.size === 0) onidle();
      });
    waiting.add(call);
  };
  const startedAt = readMachineClockMs();
  for (let i = 0; i < count; i++) dueAt[i] = startedAt + (i * 1000) / perSecond;
  const fire = (i: number, due: number): void => {
    dueAt[i] = due;
    if (waiting.size >= maxInFlight) held.push(i);
    else {
      if (readMachineClockMs() - due > lateFromMs) late++;
      send(i);
    }
  };
  await pace(count, perSecond, fire, over);
  await new Promise<void>((resolve) => {
    onidle = resolve;
    over.addEventListener('abort', () => resolve(), { once: true });
    if (waiting.size === 0 || over.aborted) resolve();
  });
  if (failure !== undefined) throw failure;
  const elapsedMs = Math.max(readMachineClockMs() - startedAt, (count * 1000) / perSecond);
  let unanswered = 0;
  for (let i = 0; i < count; i++) {
    if (answered[i] === 1) continue;
    record(latencies, readMachineClockMs() - (dueAt[i] as number));
    unanswered++;
  }
  abort.abort();
  await Promise.all(waiting);
  return { calls: count - unanswered, elapsedMs, unanswered, late };
}

function record(latencies: Histogram, ms: number): void {
  latencies.recordValue(toNanoseconds(ms));
}
