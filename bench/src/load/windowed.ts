import type { Histogram } from 'hdr-histogram-js';
import type { EchoClient, EchoMessage } from './echo-client.js';

/** One burst of load: `count` requests, never more than `window` of them unanswered. A window of 1 is ping-pong. */
export interface Load {
  readonly count: number;
  readonly window: number;
  readonly text: string;
  /** The id of the first request; the others count on from it. Default: 0. */
  readonly firstId?: number;
  /** Latency is taken of every 2^`sampleShift`th request: a clock read costs as much as framing a small message. */
  readonly sampleShift: number;
  /** Receives the sampled latencies in nanoseconds. */
  readonly latencies: Histogram;
}

/**
 * Drives one burst and resolves with its duration in milliseconds once every request has its answer.
 * Every answer is checked: a known id, not answered before, a text of the right length.
 * @throws Error naming the first answer that fails the check, or the fault that the client reported.
 */
export function driveWindowed(client: EchoClient, load: Load): Promise<number> {
  const { count, window, text, firstId = 0, sampleShift, latencies } = load;
  return new Promise((resolve, reject) => {
    const sampleMask = (1 << sampleShift) - 1;
    const sentAt = new Float64Array((count >> sampleShift) + 1);
    const answered = new Uint8Array(count);
    const params = { text };
    let sent = 0;
    let received = 0;

    const fire = (): void => {
      const index = sent++;
      if ((index & sampleMask) === 0) sentAt[index >> sampleShift] = performance.now();
      client.send({ jsonrpc: '2.0', id: firstId + index, method: 'echo', params });
    };
    const fail = (error: Error): void => {
      client.onmessage = () => {};
      reject(error);
    };
    client.onfault = fail;
    client.onmessage = (message: EchoMessage) => {
      const index = typeof message.id === 'number' ? message.id - firstId : -1;
      if (answered[index] !== 0 || message.result?.text.length !== text.length)
        return fail(toAnswerError(message, answered[index], text.length));
      answered[index] = 1;
      if ((index & sampleMask) === 0) {
        latencies.recordValue(Math.max(1, Math.round((performance.now() - (sentAt[index >> sampleShift] as number)) * 1e6)));
      }
      received++;
      if (sent < count) fire();
      else if (received === count) resolve(performance.now() - startedAt);
    };

    const startedAt = performance.now();
    for (let i = Math.min(window, count); i > 0; i--) fire();
  });
}

function toAnswerError(message: EchoMessage, answered: number | undefined, length: number): Error {
  if (answered === undefined)
    return new Error(`a message arrived with an id that was never sent: ${JSON.stringify(message).slice(0, 200)}`);
  if (answered === 1) return new Error(`request ${message.id} was answered twice`);
  return new Error(
    `the answer to request ${message.id} has ${message.result?.text?.length ?? 'no'} characters of text where ${length} were sent`,
  );
}
