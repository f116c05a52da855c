import { setTimeout as delay } from 'node:timers/promises';
import { createText } from '../../load/text.js';
import { readMachineClockMs } from '../../measure/machine-clock.js';

/** What a client asks for: an answer that messages go before. */
export interface StreamOptions {
  readonly chunks: number;
  /** Characters of text in each. */
  readonly bytes: number;
  /** From one to the next. 0: as fast as the transport takes them. */
  readonly everyMs: number;
}

/** A report of progress: what it stands at is the time, by the machine's clock, so that the client knows when it was sent. */
export type SendProgress = (atMs: number, text: string) => unknown;

/** Sends chunks, the first at once, and resolves when the answer is due. Where `send` returns a promise, the next chunk waits for it. */
export async function stream(send: SendProgress, { chunks, bytes, everyMs }: StreamOptions): Promise<void> {
  const text = createText(bytes);
  const startedAt = readMachineClockMs();
  for (let i = 0; i < chunks; i++) {
    const leftMs = startedAt + i * everyMs - readMachineClockMs();
    if (everyMs > 0 && leftMs > 0) await delay(leftMs);
    await send(readMachineClockMs(), text);
  }
}

/** A chunk as a message. */
export function toProgress(progressToken: number | string | undefined, progress: number, message: string): object {
  return { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken, progress, message } };
}
