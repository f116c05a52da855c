import { pace } from '../../load/pacer.js';
import { createText } from '../../load/text.js';

/** What a client asks for: notifications at a fixed rate. */
export interface TickOptions {
  readonly bytes: number;
  readonly count: number;
  readonly perSecond: number;
}

/** Sends notifications at a fixed rate, each with the time that it was meant for by the machine's clock. It does not wait for a send to settle. */
export function tick(send: (message: object) => unknown, { bytes, count, perSecond }: TickOptions): void {
  const text = createText(bytes);
  void pace(count, perSecond, (_, dueAtMs) => void send({ jsonrpc: '2.0', method: 'notifications/tick', params: { text, dueAtMs } }));
}
