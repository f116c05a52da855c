import type { CloseReason, JsonRpcMessage, MessageContext, SendOptions } from '@mcpwire/jsonrpc';
import type { BrokenTransport } from './broken-transport.js';
import { Forwarding } from './forwarding.js';

class NeverSaysThatItClosed extends Forwarding {
  protected override ended(reason: CloseReason | undefined): void {
    if (reason?.kind !== 'closed') super.ended(reason);
  }
}

class GivesNoReason extends Forwarding {
  protected override ended(): void {
    super.ended(undefined);
  }
}

class AlwaysHasAReason extends Forwarding {
  override get closeReason(): CloseReason | undefined {
    return super.closeReason ?? { kind: 'closed' };
  }
}

class FiresOnEachClose extends Forwarding {
  override async close(): Promise<void> {
    const before = this.closeReason;
    await super.close();
    if (before) this.onclose?.(before);
  }
}

class ForgetsConcurrentCloses extends Forwarding {
  #closed = false;
  override async close(): Promise<void> {
    if (this.#closed) return;
    await super.close();
    this.#closed = true;
    this.onclose?.({ kind: 'closed' });
  }
  protected override ended(reason: CloseReason | undefined): void {
    if (reason?.kind !== 'closed') super.ended(reason);
  }
}

class CloseWaitsForOnclose extends Forwarding {
  #finished: Promise<void> | undefined;
  override close(): Promise<void> {
    this.#finished ??= super.close();
    return this.#finished;
  }
  protected override ended(reason: CloseReason | undefined): void {
    // Inside onclose a close waits for what waits for onclose.
    this.#finished ??= new Promise(() => {});
    super.ended(reason);
  }
}

class CloseWaitsForHandlers extends Forwarding {
  #inside = false;
  override async close(): Promise<void> {
    if (this.#inside) await new Promise(() => {});
    await super.close();
  }
  protected override message(message: JsonRpcMessage, context?: MessageContext): void {
    this.#inside = true;
    super.message(message, context);
    this.#inside = false;
  }
}

class DisposesOfNothing extends Forwarding {
  override async [Symbol.asyncDispose](): Promise<void> {}
}

class AcceptsAfterClose extends Forwarding {
  override async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    if (!this.closeReason) await super.send(message, options);
  }
}

class DeafToThePeersClose extends Forwarding {
  protected override ended(reason: CloseReason | undefined): void {
    if (reason?.kind === 'closed') super.ended(reason);
  }
}

class TakesThePeersCloseForItsOwn extends Forwarding {
  protected override ended(): void {
    super.ended({ kind: 'closed' });
  }
}

class LosesWhatItAcceptedLast extends Forwarding {
  override async send(message: JsonRpcMessage): Promise<void> {
    setTimeout(() => super.send(message).catch(() => {}), 5);
  }
}

class DeliversLate extends Forwarding {
  protected override message(message: JsonRpcMessage, context?: MessageContext): void {
    setTimeout(() => super.message(message, context), 5);
  }
}

class ClosesOnlyWhenAllIsRead extends Forwarding {
  readonly #pending: Set<Promise<void>> = new Set();
  override send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    const sent = super.send(message, options);
    this.#pending.add(sent);
    sent.then(
      () => this.#pending.delete(sent),
      () => this.#pending.delete(sent),
    );
    return sent;
  }
  override async close(): Promise<void> {
    await Promise.allSettled(this.#pending);
    await super.close();
  }
}

class LeavesSendsUnsettledOnClose extends Forwarding {
  override async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    const open = !this.closeReason;
    await super.send(message, options).finally(() => (open && this.closeReason ? new Promise(() => {}) : undefined));
  }
}

export const closing: readonly BrokenTransport[] = [
  {
    fault: 'never fires onclose when it is closed',
    wrap: (inner) => new NeverSaysThatItClosed(inner),
    caughtBy: { 'closing/once': /onclose fired 0 times/, 'closing/async-dispose': /onclose fired 0 times/ },
  },
  {
    fault: 'gives onclose no reason',
    wrap: (inner) => new GivesNoReason(inner),
    caughtBy: { 'closing/reason': /onclose gives the wrong reason/ },
  },
  {
    fault: 'has a closeReason while it is open',
    wrap: (inner) => new AlwaysHasAReason(inner),
    caughtBy: { 'closing/reason': /closeReason gives the wrong reason while it is open/ },
  },
  {
    fault: 'fires onclose at each close',
    wrap: (inner) => new FiresOnEachClose(inner),
    caughtBy: { 'closing/twice': /fired 2 times/, 'peer-gone/close': /fired 2 times/ },
  },
  {
    fault: 'fires onclose for each of several closes at once',
    wrap: (inner) => new ForgetsConcurrentCloses(inner),
    caughtBy: { 'closing/concurrently': /fired 10 times/ },
  },
  {
    fault: 'waits for onclose in a close called from there',
    wrap: (inner) => new CloseWaitsForOnclose(inner),
    caughtBy: { 'closing/inside-onclose': /in vain for .\.close\(\) from inside onclose/ },
  },
  {
    fault: 'waits for the running onmessage in a close called from there',
    wrap: (inner) => new CloseWaitsForHandlers(inner),
    caughtBy: { 'closing/inside-onmessage': /in vain for .\.close\(\) from inside onmessage/ },
  },
  {
    fault: 'does nothing when it is disposed of',
    wrap: (inner) => new DisposesOfNothing(inner),
    caughtBy: { 'closing/async-dispose': /onclose fired 0 times/ },
  },
  {
    fault: 'accepts messages after it was closed',
    wrap: (inner) => new AcceptsAfterClose(inner),
    caughtBy: {
      'closing/send-after-close': /send\(\) did not fail after close/,
      'peer-gone/later-sends': /send\(\) did not fail after the medium broke/,
    },
  },
  {
    fault: 'does not notice that the other side closed',
    wrap: (inner) => new DeafToThePeersClose(inner),
    caughtBy: { 'closing/ends-the-other': /in vain for .\.onclose to fire/, 'peer-gone/onclose': /in vain for a\.onclose to fire/ },
  },
  {
    fault: "takes the other side's close for its own",
    wrap: (inner) => new TakesThePeersCloseForItsOwn(inner),
    caughtBy: { 'closing/ends-the-other': /wrong reason/, 'peer-gone/onclose': /wrong reason/ },
  },
  {
    fault: 'loses on close what it accepted just before',
    wrap: (inner) => new LosesWhatItAcceptedLast(inner),
    caughtBy: { 'closing/accepted-arrive': /in vain for b to receive 100 messages/, 'closing/messages-first': /before the messages/ },
  },
  {
    fault: 'hands over messages late, even after onclose',
    wrap: (inner) => new DeliversLate(inner),
    caughtBy: { 'closing/nothing-after': /onmessage was called \d+ times after/, 'closing/messages-first': /before the messages/ },
  },
  {
    fault: 'closes only when everything is read',
    wrap: (inner) => new ClosesOnlyWhenAllIsRead(inner),
    caughtBy: { 'closing/unread': /in vain for a\.close\(\) to settle/ },
  },
  {
    fault: 'leaves sends unsettled that it is closed during',
    wrap: (inner) => new LeavesSendsUnsettledOnClose(inner),
    caughtBy: { 'closing/races': /in vain for every call to settle/, 'closing/unread': /in vain for every call to settle/ },
  },
];
