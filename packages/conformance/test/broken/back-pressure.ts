import { isTransportError, type JsonRpcMessage, type SendOptions } from '@mcpwire/jsonrpc';
import type { BrokenTransport } from './broken-transport.js';
import { Forwarding } from './forwarding.js';

class Unbounded extends Forwarding {
  #chain: Promise<void> = Promise.resolve();
  override async send(message: JsonRpcMessage): Promise<void> {
    const text = JSON.stringify(message);
    this.#chain = this.#chain.then(() => super.send(JSON.parse(text) as JsonRpcMessage)).catch(() => {});
  }
}

class NeverSettlesWhatHadToWait extends Forwarding {
  override async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    const calledAt = performance.now();
    await super.send(message, options).finally(() => (performance.now() - calledAt < 50 ? undefined : new Promise(() => {})));
  }
}

class RejectsInsteadOfWaiting extends Forwarding {
  #waiting = 0;
  override async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    if (++this.#waiting > 1) {
      this.#waiting--;
      throw new Error('busy');
    }
    await super.send(message, options).finally(() => this.#waiting--);
  }
}

class DropsWhatHadToWait extends Forwarding {
  override send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    const controller = new AbortController();
    const late = setTimeout(() => controller.abort(), 50);
    return super
      .send(message, { ...options, signal: controller.signal })
      .catch((error: unknown) => {
        if (!controller.signal.aborted) throw error;
      })
      .finally(() => clearTimeout(late));
  }
}

class HoldsBackBothDirections extends Forwarding {
  #pending = 0;
  override async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    this.#pending++;
    this.listen(undefined);
    try {
      await super.send(message, options);
    } finally {
      if (--this.#pending === 0) this.listen(this.onmessage);
    }
  }
}

class DropsOnOverflow extends Forwarding {
  override send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    return super.send(message, options).catch((error: unknown) => {
      if (!isTransportError(error) || error.code !== 'queue-overflow') throw error;
    });
  }
}

export const backPressure: readonly BrokenTransport[] = [
  {
    fault: 'queues without bounds',
    wrap: (inner) => new Unbounded(inner),
    caughtBy: {
      'back-pressure/unread': /a accepted more than \d+ bytes while the other side took none/,
      'back-pressure/stalled': /a accepted more than \d+ bytes while the other side took none/,
      'back-pressure/overflow': /a lets \d+ sends wait or be accepted/,
    },
  },
  {
    fault: 'never settles a send that had to wait',
    wrap: (inner) => new NeverSettlesWhatHadToWait(inner),
    caughtBy: {
      'back-pressure/resumes': /in vain for a\.send\(\) number \d+, \d+ bytes into a flood that nobody reads to settle once b reads again/,
      'back-pressure/stalled': /in vain for a\.send\(\) number \d+, \d+ bytes into a flood that nobody reads to settle once b reads again/,
      'back-pressure/peer-closes': /in vain for every call to settle once b has closed; \d+ of \d+ are pending/,
      'peer-gone/waiting-sends': /in vain for every call to settle once the medium broke; \d+ of \d+ are pending/,
    },
  },
  {
    fault: 'rejects a send while another waits',
    wrap: (inner) => new RejectsInsteadOfWaiting(inner),
    caughtBy: {
      'order/pipelined': /failed though its message arrived|in vain/,
      'peer-gone/waiting-sends': /wrong error/,
      'back-pressure/overflow': /wrong error/,
    },
  },
  {
    fault: 'accepts and drops what had to wait',
    wrap: (inner) => new DropsWhatHadToWait(inner),
    caughtBy: { 'back-pressure/unread': /a accepted more than \d+ bytes/, 'peer-gone/waiting-sends': /accepted more than \d+ bytes/ },
  },
  {
    fault: 'reads nothing while its own sends wait',
    wrap: (inner) => new HoldsBackBothDirections(inner),
    caughtBy: { 'back-pressure/other-direction': /in vain for a to receive 50 messages while its own sends are held back/ },
  },
  {
    fault: 'drops messages silently when its queue overflows',
    wrap: (inner) => new DropsOnOverflow(inner),
    caughtBy: { 'back-pressure/overflow': /a lets \d+ sends wait or be accepted/ },
  },
];
