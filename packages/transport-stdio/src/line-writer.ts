import type { Writable } from 'node:stream';
import { BoundedQueue, type BoundedQueueOptions, TransportError } from '@mcpwire/jsonrpc/transport-parts';

/** Lines gathered in one tick are written once they reach this many characters, so that the reader can begin. */
const BATCH_CHARACTERS = 64 * 1024;

export type LineWriterOptions = Omit<BoundedQueueOptions<string>, 'accept'>;

/** The lines of one tick: they leave in one write and settle together, with one promise for all of them. */
interface Batch {
  text: string;
  promise: Promise<void>;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Lines onto a byte stream. What is written in one tick leaves in one write when the tick ends: for a lone message that is
 * no delay, for many it is most of the throughput. Back-pressure needs no `drain` listener: bytes count against
 * `maxQueuedBytes` until the stream's callback says that they are taken.
 *
 * Without a stream attached, lines wait for one.
 */
export class LineWriter {
  readonly #queue: BoundedQueue<string>;
  readonly #onfailure: (error: TransportError) => void;
  #output: Writable | undefined;
  #write: Writable['write'] | undefined;
  #batch: Batch | undefined;
  #scheduled = false;
  /** Batches that the stream has been given and has not taken yet. */
  readonly #unconfirmed = new Set<Batch>();
  #onidle: (() => void) | undefined;
  #writtenBytes = 0;

  /** @param onfailure called when a write fails; the lines concerned are rejected beforehand */
  constructor(options: LineWriterOptions, onfailure: (error: TransportError) => void) {
    this.#queue = new BoundedQueue({ ...options, accept: (line, length) => this.#accept(line, length) });
    this.#onfailure = onfailure;
  }

  attach(output: Writable): void {
    // The method as it is now: what replaces it later (to catch stray output) is not meant for this writer.
    this.#write = output.write.bind(output);
    this.#output = output;
    if (this.#batch) this.#schedule();
  }

  /** Stops writing; what is not yet on its way waits for the next stream. */
  detach(): void {
    this.#write = undefined;
    this.#output = undefined;
  }

  /**
   * Writes a line, its newline included.
   * @returns a promise that resolves when the stream has taken it, and rejects when it can't.
   */
  write(line: string, signal?: AbortSignal): Promise<void> {
    // A line counts by its characters until its batch is encoded, so that a small message costs no pass of its own over its text.
    return this.#queue.push(line, line.length, signal);
  }

  /** Bytes that streams have taken. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Resolves when everything accepted is written or has failed. */
  async idle(): Promise<void> {
    this.#flush();
    if (this.#unconfirmed.size === 0) return;
    await new Promise<void>((resolve) => {
      const before = this.#onidle;
      this.#onidle = () => {
        before?.();
        resolve();
      };
    });
  }

  /** Rejects everything that is not known to be written, and every later write. */
  fail(error: Error): void {
    this.#queue.fail(error);
    this.#batch?.reject(error);
    this.#batch = undefined;
    // A stream that has stalled, or was destroyed in the middle of a write, may never call back.
    for (const batch of this.#unconfirmed) batch.reject(error);
    this.#unconfirmed.clear();
    this.#settleIdle();
  }

  #accept(line: string, length: number): Promise<void> {
    // Long enough for a write of its own; joining it to others would copy it once more.
    if (length >= BATCH_CHARACTERS) this.#flush();
    this.#batch ??= createBatch();
    const batch = this.#batch;
    batch.text += line;
    if (batch.text.length >= BATCH_CHARACTERS) this.#flush();
    else this.#schedule();
    return batch.promise;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Not a microtask: handlers answer in microtasks, and all of those that this tick leads to run before the next tick.
    process.nextTick(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const batch = this.#batch;
    const write = this.#write;
    const output = this.#output;
    if (batch === undefined || write === undefined) return;
    this.#batch = undefined;
    const { text } = batch;
    batch.text = '';
    const bytes = Buffer.byteLength(text);
    if (bytes !== text.length) this.#queue.charge(bytes - text.length);
    this.#unconfirmed.add(batch);
    const onwritten = (cause: Error | null | undefined): void => {
      this.#unconfirmed.delete(batch);
      this.#queue.release(bytes);
      // A socket that is destroyed in the middle of a write calls back without an error.
      if (cause || output?.destroyed) {
        const error = cause ? writeError(cause) : new TransportError('peer-gone', 'The other side no longer reads');
        batch.reject(error);
        // The end of a stream that was left before is no news.
        if (this.#write === write) this.#onfailure(error);
      } else {
        this.#writtenBytes += bytes;
        batch.resolve();
      }
      if (this.#onidle) {
        // The room that came free may have let in lines that waited.
        this.#flush();
        this.#settleIdle();
      }
    };
    // ASCII goes out as latin1: the same bytes, at a fifth of the cost. Other text is encoded here, at its exact size.
    if (bytes === text.length) write(text, 'latin1', onwritten);
    else write(Buffer.from(text), onwritten);
  }

  #settleIdle(): void {
    if (this.#unconfirmed.size > 0) return;
    const done = this.#onidle;
    this.#onidle = undefined;
    done?.();
  }
}

function createBatch(): Batch {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { text: '', promise, resolve, reject };
}

/** Codes that mean: nobody reads any more. */
const GONE = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_WRITE_AFTER_END', 'EOF']);

function writeError(cause: Error): TransportError {
  const { code } = cause as { code?: string };
  if (code !== undefined && GONE.has(code)) return new TransportError('peer-gone', `The other side no longer reads (${code})`, { cause });
  return new TransportError('write-failed', `Writing failed: ${cause.message}`, { cause });
}
