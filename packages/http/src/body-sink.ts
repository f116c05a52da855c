/** What hears of a sink by methods of its own: three closures for each of thousands of idle streams weigh more than the sink. */
export interface SinkListener {
  /** As `ondrain`. */
  onsinkdrain(): void;
  /** As `onclose`. */
  onsinkclose(aborted: boolean): void;
  /** As `onclosing`. */
  onsinkclosing(): void;
}

/**
 * Where a response's body is written to. What is written in one tick leaves together when the tick ends, the headers with
 * it, so that a body that is written and ended at once costs what a plain one costs.
 *
 * Nothing here waits by itself: whoever writes looks at `queuedBytes`, or at what `write` returns, and holds back.
 * The callbacks are plain properties, because a promise or a listener for each of 65,000 idle streams would add up.
 */
export interface BodySink {
  /**
   * Queues a chunk. After the response is over, it is dropped.
   * @returns false when the queue has reached its mark: write on after `drained()` or `ondrain`. False as well when closed.
   */
  write(chunk: string | Uint8Array): boolean;
  /** Sends what is queued, and the headers, without waiting for the tick to end. Through a compressor too. */
  flush(): void;
  /** Ends the body, after `chunk` if there is one. */
  end(chunk?: string | Uint8Array): void;
  /** Cuts the response off, so that the client sees that it is not whole. What is queued is lost. */
  destroy(): void;
  /** Bytes written and not yet taken by the operating system, or the runtime. Text counts by its characters until it is encoded. */
  readonly queuedBytes: number;
  /** All that was ever written, counted likewise. */
  readonly writtenBytes: number;
  /** True from `end` or `destroy` on, or once the client is gone. */
  readonly isClosed: boolean;
  /** Resolves when there is room again; at once when there is. Resolves when the response is over too, so look at `isClosed`. */
  drained(): Promise<void>;
  /** There is room again, after a `write` that returned false. */
  ondrain: (() => void) | undefined;
  /** The response is over, the body sent or not; `aborted` when the client went before it had everything. Called once. */
  onclose: ((aborted: boolean) => void) | undefined;
  /**
   * The server is about to stop. A stream that stands open without owing an answer should say what it has to say and `end`.
   * Without this callback the stream is left open for what is left of the grace period.
   */
  onclosing: (() => void) | undefined;
  /** Told of the same as the callbacks, after them. It is let go when the response is over. */
  listener: SinkListener | undefined;
}

/** How much a sink queues before `write` returns false, unless told otherwise: 64 KiB. */
export const DEFAULT_HIGH_WATER_MARK_BYTES: number = 64 * 1024;
