import type { BodySink, SinkListener } from './body-sink.js';

/** What every sink has to keep book of: its callbacks, who waits for room, and how it ended. */
export abstract class BaseSink implements BodySink {
  ondrain: (() => void) | undefined;
  onclose: ((aborted: boolean) => void) | undefined;
  onclosing: (() => void) | undefined;
  listener: SinkListener | undefined;
  /** All that was ever written. */
  protected written = 0;
  /** The text of this tick. */
  protected pending = '';
  /** `end` or `destroy` was called, or the response is over. */
  protected closed = false;
  /** `finish` was called. */
  protected over = false;
  /** `write` has returned false, and there was no room since. */
  #blocked = false;
  #waiters: (() => void)[] | undefined;

  /** From here on `write` returns false. */
  protected abstract readonly highWaterMarkBytes: number;
  abstract readonly queuedBytes: number;
  abstract flush(): void;
  abstract destroy(): void;
  /** Puts a chunk into the queue. */
  protected abstract append(chunk: string | Uint8Array): void;
  /** Ends the body behind what is queued, and sets `closed`. */
  protected abstract close(): void;

  get writtenBytes(): number {
    return this.written;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  write(chunk: string | Uint8Array): boolean {
    if (this.closed) return false;
    this.written += chunk.length;
    this.append(chunk);
    if (this.#blocked || this.closed) return false;
    if (this.queuedBytes < this.highWaterMarkBytes) return true;
    this.#blocked = true;
    this.onblocked();
    return false;
  }

  end(chunk?: string | Uint8Array): void {
    if (this.closed) return;
    if (chunk !== undefined) {
      this.written += chunk.length;
      this.append(chunk);
    }
    if (!this.closed) this.close();
  }

  drained(): Promise<void> {
    if (!this.#blocked || this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      if (this.#waiters) this.#waiters.push(resolve);
      else this.#waiters = [resolve];
    });
  }

  /** The response is over, one way or another. */
  finish(aborted: boolean): void {
    if (this.over) return;
    this.over = true;
    this.closed = true;
    this.pending = '';
    this.#unblock();
    const { onclose, listener } = this;
    this.onclose = undefined;
    this.ondrain = undefined;
    this.onclosing = undefined;
    this.listener = undefined;
    onclose?.(aborted);
    listener?.onsinkclose(aborted);
  }

  /** The server is about to stop. @throws what a callback throws */
  tellClosing(): void {
    this.onclosing?.();
    this.listener?.onsinkclosing();
  }

  protected get isBlocked(): boolean {
    return this.#blocked;
  }

  /** The queue has just reached its mark. What makes room later has to call `checkRoom`. */
  protected onblocked(): void {}

  /** Lets the writer go on, if there is room now. */
  protected checkRoom(): void {
    if (!this.#blocked || this.closed || this.queuedBytes >= this.highWaterMarkBytes) return;
    this.#unblock();
    this.ondrain?.();
    this.listener?.onsinkdrain();
  }

  protected takePending(): string {
    const { pending } = this;
    this.pending = '';
    return pending;
  }

  #unblock(): void {
    this.#blocked = false;
    const waiters = this.#waiters;
    this.#waiters = undefined;
    if (waiters) for (const resolve of waiters) resolve();
  }
}
