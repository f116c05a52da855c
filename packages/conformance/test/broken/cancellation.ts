import { type JsonRpcMessage, type SendOptions, TransportError } from '@mcpwire/jsonrpc';
import type { BrokenTransport } from './broken-transport.js';
import { Forwarding } from './forwarding.js';

class IgnoresSignals extends Forwarding {
  override send(message: JsonRpcMessage): Promise<void> {
    return super.send(message);
  }
}

class SendsWhatWasAborted extends Forwarding {
  override send(message: JsonRpcMessage, { signal }: SendOptions = {}): Promise<void> {
    const sent = super.send(message);
    if (!signal) return sent;
    return new Promise((resolve, reject) => {
      const onabort = (): void => reject(new TransportError('aborted', 'Aborted'));
      if (signal.aborted) onabort();
      signal.addEventListener('abort', onabort, { once: true });
      sent.then(resolve, reject).finally(() => signal.removeEventListener('abort', onabort));
    });
  }
}

class RejectsWithTheSignalsReason extends Forwarding {
  override async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    try {
      await super.send(message, options);
    } catch (error) {
      options?.signal?.throwIfAborted();
      throw error;
    }
  }
}

class WithdrawsWhatItAccepted extends Forwarding {
  override async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    if (!options?.signal || options.signal.aborted) return super.send(message, options);
    setTimeout(() => super.send(message, options).catch(() => {}), 5);
  }
}

class LeavesListeners extends Forwarding {
  override send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    options?.signal?.addEventListener('abort', () => {}, { once: true });
    return super.send(message, options);
  }
}

export const cancellation: readonly BrokenTransport[] = [
  {
    fault: 'ignores the signal of send',
    wrap: (inner) => new IgnoresSignals(inner),
    caughtBy: {
      'cancellation/before': /send\(\) did not fail when its signal was aborted before/,
      'cancellation/while-waiting': /in vain for a\.send\(\) number \d+ that waits for room to settle when its signal aborted/,
    },
  },
  {
    fault: 'sends what it rejected as aborted',
    wrap: (inner) => new SendsWhatWasAborted(inner),
    caughtBy: {
      'cancellation/before': /received a message whose signal was aborted/,
      'cancellation/while-waiting': /did not receive exactly the messages that were not aborted/,
    },
  },
  {
    fault: "rejects with the signal's reason instead of a TransportError",
    wrap: (inner) => new RejectsWithTheSignalsReason(inner),
    caughtBy: { 'cancellation/before': /wrong error/, 'cancellation/while-waiting': /wrong error/ },
  },
  {
    fault: 'withdraws an accepted message when its signal aborts',
    wrap: (inner) => new WithdrawsWhatItAccepted(inner),
    caughtBy: { 'cancellation/after': /in vain for b to receive 10 messages whose signals aborted/ },
  },
  {
    fault: 'leaves a listener on the signal of each send',
    wrap: (inner) => new LeavesListeners(inner),
    caughtBy: { 'cancellation/no-listener-left': /left \d+ listeners on its signal/ },
  },
];
