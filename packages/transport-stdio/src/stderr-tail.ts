import { Readable } from 'node:stream';

/** What is kept of a stderr that nobody reads. */
const KEPT_BYTES = 64 * 1024;

/**
 * A child's stderr, always drained, so that a child that logs a lot never blocks on a pipe nobody reads. A reader gets every byte
 * as long as it keeps up; otherwise the last 64 KiB are kept and the older ones dropped. It exists before the child does.
 */
export class StderrTail extends Readable {
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #wanted = false;
  #last: Uint8Array = new Uint8Array();
  #droppedBytes = 0;
  #finished = false;

  /** Bytes that were dropped because nobody read them. */
  get droppedBytes(): number {
    return this.#droppedBytes;
  }

  /** The last bytes that the child wrote, whether they were read or not, as text. */
  get lastWords(): string {
    return Buffer.from(this.#last).toString('utf8').trim();
  }

  /** Takes all that `source` yields; of several sources one after the other, when a server is restarted. */
  drain(source: Readable): void {
    source.on('data', (chunk: Uint8Array) => this.#take(chunk));
    source.on('error', () => {});
  }

  override _read(): void {
    this.#wanted = true;
    while (this.#wanted) {
      const chunk = this.#kept.shift();
      if (!chunk) return;
      this.#keptBytes -= chunk.length;
      this.#wanted = this.push(chunk);
    }
  }

  #take(chunk: Uint8Array): void {
    if (this.destroyed || this.#finished) return;
    // Copied, so that a few words do not keep a whole chunk alive.
    this.#last = Buffer.concat([this.#last.subarray(-2048), chunk.subarray(-2048)]).subarray(-2048);
    if (this.#wanted && this.#kept.length === 0) {
      this.#wanted = this.push(chunk);
      return;
    }
    this.#kept.push(chunk);
    this.#keptBytes += chunk.length;
    while (this.#keptBytes > KEPT_BYTES && this.#kept.length > 1) {
      const dropped = this.#kept.shift() as Uint8Array;
      this.#keptBytes -= dropped.length;
      this.#droppedBytes += dropped.length;
    }
  }

  /** The child is gone for good: what is kept may still be read. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    for (const chunk of this.#kept.splice(0)) this.push(chunk);
    this.#keptBytes = 0;
    this.push(null);
  }
}
