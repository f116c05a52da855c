import { messageOf, TransportError } from './errors.js';
import type { JsonRpcMessage } from './message.js';
import type { CloseReason, MessageContext, SendOptions, StartOptions, Transport } from './transport.js';

/**
 * What every transport does alike: callbacks, messages that came before `onmessage`, the states, and `onclose` once.
 * A subclass opens its channel in `open`, calls `deliver`, `report` and `finish`, and writes in `send`.
 */
export abstract class BaseTransport implements Transport {
  onerror: ((error: Error) => void) | undefined;
  onclose: ((reason?: CloseReason) => void) | undefined;
  sessionId: string | undefined;

  #onmessage: ((message: JsonRpcMessage, context?: MessageContext) => void) | undefined;
  /** Messages nobody has taken yet, in order; undefined while there are none. */
  #inbox: Array<[JsonRpcMessage, MessageContext | undefined]> | undefined;
  /** How many of them have been handed over meanwhile. */
  #taken = 0;
  #started = false;
  #closeReason: CloseReason | undefined;

  get onmessage(): ((message: JsonRpcMessage, context?: MessageContext) => void) | undefined {
    return this.#onmessage;
  }

  set onmessage(handler: ((message: JsonRpcMessage, context?: MessageContext) => void) | undefined) {
    this.#onmessage = handler;
    // In a microtask: whoever assigns a callback does not expect to be called before the assignment returns.
    if (handler && this.#inbox) queueMicrotask(() => this.#emptyInbox());
  }

  get closeReason(): CloseReason | undefined {
    return this.#closeReason;
  }

  async start(options?: StartOptions): Promise<void> {
    if (this.#started) {
      throw new TransportError(
        'already-started',
        'The transport was started already. connect() of a client or server calls start() itself.',
      );
    }
    if (this.#closeReason) throw new TransportError('closed', 'The transport is closed; make a new one.');
    const signal = options?.signal;
    if (signal?.aborted) throw new TransportError('aborted', 'The start was aborted before it began.', { cause: signal.reason });
    this.#started = true;
    await this.open(options);
  }

  abstract send(message: JsonRpcMessage, options?: SendOptions): Promise<void>;
  abstract close(): Promise<void>;

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Opens the channel; called once. */
  protected abstract open(options: StartOptions | undefined): Promise<void>;

  /** Called with true when messages begin to wait for an `onmessage`, and with false when none wait any more: stop and resume reading. */
  protected onInbox(_waiting: boolean): void {}

  protected get started(): boolean {
    return this.#started;
  }

  /** Hands over a message, at once if somebody listens and nothing waits before it. */
  protected deliver(message: JsonRpcMessage, context?: MessageContext): void {
    // The rest of a chunk in which a handler closed the channel: nothing comes after onclose.
    if (this.#closeReason) return;
    const handler = this.#onmessage;
    if (handler === undefined || this.#inbox !== undefined) {
      if (this.#inbox === undefined) {
        this.#inbox = [];
        this.onInbox(true);
      }
      this.#inbox.push([message, context]);
      return;
    }
    try {
      handler(message, context);
    } catch (cause) {
      this.#handlerFailed('onmessage', cause);
    }
  }

  /** Tells `onerror`. What that throws itself is dropped: nobody is left to tell, and a broken log must not end the process. */
  protected report(error: Error): void {
    try {
      this.onerror?.(error);
    } catch {
      // See above.
    }
  }

  /** The channel has ended: remembers why and fires `onclose`, the first time only. */
  protected finish(reason: CloseReason): void {
    if (this.#closeReason) return;
    this.#closeReason = reason;
    const lost = (this.#inbox?.length ?? 0) - this.#taken;
    this.#inbox = undefined;
    if (lost > 0 && reason.kind !== 'closed') {
      this.report(
        new TransportError('peer-gone', `The channel ended while messages waited for an onmessage: ${lost} lost.`, {
          details: { lost },
        }),
      );
    }
    try {
      this.onclose?.(reason);
    } catch (cause) {
      this.#handlerFailed('onclose', cause);
    }
  }

  /** What a send is rejected with when the channel is not open; undefined when it is. */
  protected unusable(): TransportError | undefined {
    const reason = this.#closeReason;
    if (reason) {
      if (reason.kind === 'closed') return new TransportError('closed', 'The transport is closed.');
      return new TransportError('peer-gone', `The other side is gone${reason.error ? `: ${reason.error.message}` : '.'}`, {
        cause: reason.error,
      });
    }
    return this.#started ? undefined : new TransportError('not-started', 'The transport is not started: call start() first.');
  }

  #emptyInbox(): void {
    const inbox = this.#inbox;
    if (inbox === undefined || this.#onmessage === undefined) return;
    // #inbox stays set meanwhile, so that a message that arrives in between queues up behind.
    while (this.#taken < inbox.length) {
      const handler = this.#onmessage;
      if (handler === undefined) {
        inbox.splice(0, this.#taken);
        this.#taken = 0;
        return;
      }
      const [message, context] = inbox[this.#taken++] as [JsonRpcMessage, MessageContext | undefined];
      try {
        handler(message, context);
      } catch (cause) {
        this.#handlerFailed('onmessage', cause);
      }
      // The handler may have closed the channel.
      if (this.#inbox !== inbox) return;
    }
    this.#inbox = undefined;
    this.#taken = 0;
    this.onInbox(false);
  }

  #handlerFailed(which: string, cause: unknown): void {
    this.report(new TransportError('handler-failed', `${which} threw: ${messageOf(cause)}`, { cause }));
  }
}
