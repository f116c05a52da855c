import type { Histogram } from 'hdr-histogram-js';
import { readMachineClockMs } from '../measure/machine-clock.js';
import type { EchoClient, EchoMessage } from './echo-client.js';
import { pace } from './pacer.js';

/** Requests at a fixed rate, whether those before are answered or not. */
export interface PacedLoad {
  readonly count: number;
  readonly perSecond: number;
  readonly text: string;
  /** The id of the first request; the others count on from it. Default: 0. */
  readonly firstId?: number;
  /** Receives, for every request, the nanoseconds from the time it was meant for to its answer. */
  readonly latencies: Histogram;
  /** Receives the nanoseconds that each was sent later than it was meant to be: what this side adds by itself. */
  readonly lateness: Histogram;
}

/**
 * Sends the load and resolves once every request has its answer. As a latency begins when its request was meant to be sent, one slow answer can't hold up, and so
 * hide, those behind it.
 * @throws Error naming the first answer that is none, or the fault that the client reported.
 */
export function drivePaced(client: EchoClient, load: PacedLoad): Promise<void> {
  const { count, perSecond, text, firstId = 0, latencies, lateness } = load;
  return new Promise((resolve, reject) => {
    const dueAt = new Float64Array(count);
    const answered = new Uint8Array(count);
    const params = { text };
    let received = 0;
    client.onfault = reject;
    client.onmessage = (message: EchoMessage) => {
      const index = typeof message.id === 'number' ? message.id - firstId : -1;
      if (answered[index] !== 0)
        return reject(new Error(`a message arrived that answers nothing: ${JSON.stringify(message).slice(0, 200)}`));
      if (message.result?.text?.length !== text.length) return reject(new Error(`request ${message.id} was answered with another text`));
      answered[index] = 1;
      latencies.recordValue(toNanoseconds(readMachineClockMs() - (dueAt[index] as number)));
      if (++received === count) resolve();
    };
    pace(count, perSecond, (index, due) => {
      dueAt[index] = due;
      lateness.recordValue(toNanoseconds(readMachineClockMs() - due));
      client.send({ jsonrpc: '2.0', id: firstId + index, method: 'echo', params });
    }).catch(reject);
  });
}

/** As a histogram takes it: at least one. */
export function toNanoseconds(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds * 1e6));
}
