import type { BrotliCompress, Gzip } from 'node:zlib';
import { BaseSink } from '../base-sink.js';
import { type BodySink, DEFAULT_HIGH_WATER_MARK_BYTES } from '../body-sink.js';

/** A compressor as node:zlib makes them. */
export type Compressor = Gzip | BrotliCompress;

/** A sink in front of another, with a compressor between. What is written in one tick is flushed through when the tick ends. */
export class CompressedSink extends BaseSink {
  protected readonly highWaterMarkBytes: number = DEFAULT_HIGH_WATER_MARK_BYTES;
  readonly #inner: BodySink;
  readonly #compressor: Compressor;
  readonly #flushKind: number;
  #scheduled = false;
  #onfinished: (() => void) | undefined;

  /** @param flushKind how the compressor is flushed */
  constructor(inner: BodySink, compressor: Compressor, flushKind: number) {
    super();
    this.#inner = inner;
    this.#compressor = compressor;
    this.#flushKind = flushKind;
    compressor.on('data', (chunk: Buffer) => {
      if (!inner.write(chunk)) compressor.pause();
      this.checkRoom();
    });
    compressor.on('end', () => inner.end());
    compressor.on('error', () => inner.destroy());
    inner.ondrain = () => {
      compressor.resume();
      this.checkRoom();
    };
    inner.onclosing = () => this.tellClosing();
    inner.onclose = (aborted) => this.finish(aborted);
  }

  get queuedBytes(): number {
    return this.pending.length + this.#compressor.writableLength + this.#compressor.readableLength + this.#inner.queuedBytes;
  }

  flush(): void {
    this.#scheduled = false;
    if (this.closed) return;
    this.#compress();
    // What was written before comes out with it, and what comes out goes on its way.
    this.#compressor.flush(this.#flushKind, () => {
      if (!this.over) this.#inner.flush();
      this.checkRoom();
    });
  }

  protected close(): void {
    this.#compress();
    this.closed = true;
    this.#compressor.end();
  }

  destroy(): void {
    this.#inner.destroy();
  }

  /** Ends the body. Resolves when all of it has been handed on, or nobody wants it any more. */
  finished(): Promise<void> {
    this.end();
    if (this.over || this.#inner.isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onfinished = resolve;
    });
  }

  override finish(aborted: boolean): void {
    super.finish(aborted);
    this.#compressor.destroy();
    this.#onfinished?.();
  }

  protected append(chunk: string | Uint8Array): void {
    if (typeof chunk === 'string') this.pending += chunk;
    else {
      this.#compress();
      this.#compressor.write(chunk);
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(() => this.flush());
  }

  protected override onblocked(): void {
    this.flush();
  }

  #compress(): void {
    if (this.pending !== '') this.#compressor.write(this.takePending());
  }
}
