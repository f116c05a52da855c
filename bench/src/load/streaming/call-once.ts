import type { Histogram } from 'hdr-histogram-js';
import { readMachineClockMs } from '../../measure/machine-clock.js';
import { toNanoseconds } from '../paced.js';
import type { StreamCaller, StreamOptions } from './stream-caller.js';

/** Nanoseconds: from the request to the first chunk, from when a chunk was sent to its arrival, and from one arrival to the next. */
export interface ChunkTimes {
  readonly first: Histogram;
  readonly added: Histogram;
  readonly gap: Histogram;
}

/**
 * Makes one call and resolves with how many of its chunks came only after the last one was sent, itself not counted.
 * @throws Error when fewer chunks come than were asked for, or others.
 */
export async function callOnce(call: StreamCaller['call'], options: StreamOptions, { first, added, gap }: ChunkTimes): Promise<number> {
  const arrivals: number[] = [];
  let lastSentAt = 0;
  const askedAt = readMachineClockMs();
  await call(options, (sentAt, text) => {
    const now = readMachineClockMs();
    if (text.length !== options.bytes) throw new Error('a chunk arrived with another text than was sent');
    if (arrivals.length === 0) first.recordValue(toNanoseconds(now - askedAt));
    else gap.recordValue(toNanoseconds(now - (arrivals.at(-1) as number)));
    added.recordValue(toNanoseconds(now - sentAt));
    arrivals.push(now);
    lastSentAt = sentAt;
  });
  if (arrivals.length !== options.chunks) throw new Error(`${arrivals.length} chunks arrived where ${options.chunks} were sent`);
  return arrivals.slice(0, -1).filter((at) => at >= lastSentAt).length;
}
