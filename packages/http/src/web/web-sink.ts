import { Backlog } from '../backlog.js';
import { BaseSink } from '../base-sink.js';

const encoder = new TextEncoder();

/** A body that a web stream's reader takes chunk by chunk, when it asks for one. */
export class WebSink extends BaseSink {
  protected readonly highWaterMarkBytes: number;
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #onover: (aborted: boolean) => void;
  readonly #backlog = new Backlog((text) => encoder.encode(text));
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  #scheduled = false;
  /** The reader has asked, and there was nothing to give. */
  #asked = false;
  #ending = false;

  /** @param onover called once, when the body is taken whole or is not wanted any more */
  constructor(highWaterMarkBytes: number, onover: (aborted: boolean) => void) {
    super();
    this.highWaterMarkBytes = highWaterMarkBytes;
    this.#onover = onover;
    this.stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#asked = true;
          this.#give();
        },
        cancel: () => this.finish(true),
      },
      // The queue is kept here, where it can be seen.
      { highWaterMark: 0 },
    );
  }

  get queuedBytes(): number {
    return this.pending.length + this.#backlog.bytes;
  }

  flush(): void {
    this.#scheduled = false;
    if (this.over) return;
    if (this.pending !== '') this.#queue(this.takePending());
    this.#give();
  }

  protected close(): void {
    this.closed = true;
    this.#ending = true;
    this.flush();
  }

  destroy(): void {
    if (this.over) return;
    this.#controller?.error(new Error('The server broke off the response.'));
    this.finish(true);
  }

  override finish(aborted: boolean): void {
    if (this.over) return;
    this.#backlog.clear();
    this.#onover(aborted);
    super.finish(aborted);
  }

  protected append(chunk: string | Uint8Array): void {
    if (typeof chunk === 'string') {
      this.pending += chunk;
      if (this.#scheduled) return;
      this.#scheduled = true;
      queueMicrotask(() => this.flush());
    } else if (chunk.length > 0) {
      if (this.pending !== '') this.#queue(this.takePending());
      this.#queue(chunk);
      this.#give();
    }
  }

  #queue(chunk: string | Uint8Array): void {
    this.written += this.#backlog.push(chunk) - chunk.length;
  }

  /** Gives the reader what it has asked for, if there is something, and tells it when that was all. */
  #give(): void {
    const controller = this.#controller;
    if (this.over || !controller) return;
    if (this.#asked && !this.#backlog.isEmpty) {
      this.#asked = false;
      const piece = this.#backlog.shift();
      // A runtime may pass the chunk on to another thread: the writer's own memory is not given away.
      controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : new Uint8Array(piece));
      this.checkRoom();
    }
    if (this.#ending && this.#backlog.isEmpty && !this.over) {
      controller.close();
      this.finish(false);
    }
  }
}
