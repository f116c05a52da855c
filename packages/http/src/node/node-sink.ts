import type { ServerResponse } from 'node:http';
import { Backlog } from '../backlog.js';
import { BaseSink } from '../base-sink.js';

/** How a sink reaches the response it belongs to. */
export interface NodeSinkOwner {
  readonly res: ServerResponse;
  readonly highWaterMarkBytes: number;
  /** Sends the status and the headers, with a Content-Length when the whole body is known. @returns false when it can't. */
  sendHead(lengthBytes: number | undefined): boolean;
  /** Cuts the response off. */
  abort(): void;
}

/** Sinks that were written to in this tick: one callback flushes them all. */
let dirty: NodeSink[] | undefined;

function flushDirty(): void {
  const sinks = dirty as NodeSink[];
  dirty = undefined;
  for (const sink of sinks) {
    try {
      sink.flush();
    } catch (error) {
      // An `onerror` that throws must not keep the other streams from being sent.
      process.nextTick(() => {
        throw error;
      });
    }
  }
}

/**
 * A body written to node:http or node:http2. Node is handed no more than `highWaterMarkBytes` at a time: it would write
 * whatever it holds in one go, and tell nothing of it before the last byte has left.
 */
export class NodeSink extends BaseSink {
  readonly #owner: NodeSinkOwner;
  #backlog: Backlog | undefined;
  #headSent = false;
  #scheduled = false;
  /** `end` was called, and the backlog has to leave first. */
  #ending = false;
  /** The latest write has a callback. */
  #watched = false;
  #ontaken: ((error?: Error | null) => void) | undefined;

  constructor(owner: NodeSinkOwner) {
    super(owner.highWaterMarkBytes);
    this.#owner = owner;
    this.#schedule();
  }

  get queuedBytes(): number {
    return this.pending.length + (this.#backlog?.bytes ?? 0) + (this.over ? 0 : this.#owner.res.writableLength);
  }

  flush(): void {
    this.#scheduled = false;
    if (this.closed) return;
    const isFirst = !this.#headSent;
    if (!this.#sendHead(undefined)) return;
    if (this.pending !== '') this.#handOver(this.takePending());
    // Node keeps the headers back for the first write, and there may be none for long.
    else if (isFirst) this.#owner.res.flushHeaders();
  }

  protected close(): void {
    const last = this.takePending();
    if (!this.#headSent && !this.#sendHead(Buffer.byteLength(last))) return;
    this.closed = true;
    if (this.#hasBacklog) {
      this.#ending = true;
      this.#handOver(last);
    } else if (last === '') this.#owner.res.end();
    else this.#owner.res.end(last);
  }

  destroy(): void {
    if (this.over) return;
    this.closed = true;
    this.#ending = false;
    this.pending = '';
    this.#backlog = undefined;
    this.#owner.abort();
  }

  override finish(aborted: boolean): void {
    this.#backlog = undefined;
    super.finish(aborted);
  }

  protected append(chunk: string | Uint8Array): void {
    if (typeof chunk === 'string') {
      this.pending += chunk;
      if (!this.#scheduled) this.#schedule();
    } else if (this.#sendHead(undefined)) {
      // Only text can be joined for nothing; Node itself gathers the writes of one tick.
      this.#handOver(this.takePending());
      this.#handOver(chunk);
    }
  }

  protected override onblocked(): void {
    // What blocks has to be on its way, and something at its end has to tell when it has left.
    this.flush();
    if (!this.#watched && !this.closed) this.#writeWatched('');
  }

  #handOver(chunk: string | Uint8Array): void {
    if (chunk.length > 0) {
      const { res, highWaterMarkBytes } = this.#owner;
      if (!this.#hasBacklog && res.writableLength + chunk.length < highWaterMarkBytes) {
        if (this.isBlocked) this.#writeWatched(chunk);
        else {
          this.#watched = false;
          res.write(chunk);
        }
        return;
      }
      this.#backlog ??= new Backlog();
      this.#backlog.push(chunk);
    }
    if (this.#hasBacklog) this.#pump();
  }

  get #hasBacklog(): boolean {
    return this.#backlog?.isEmpty === false;
  }

  #pump(): void {
    const backlog = this.#backlog as Backlog;
    const { res, highWaterMarkBytes } = this.#owner;
    while (!backlog.isEmpty && res.writableLength < highWaterMarkBytes) this.#writeWatched(backlog.shift());
    if (!backlog.isEmpty && !this.#watched) this.#writeWatched('');
  }

  /** The connection is gone, and the end of the response is about to be told. Until then Node takes any write, and keeps none. */
  get #isBroken(): boolean {
    return this.#owner.res.socket?.destroyed === true;
  }

  #writeWatched(chunk: string | Uint8Array): void {
    this.#watched = true;
    // A write's own callback, because Node's `drain` follows a mark of its own.
    this.#ontaken ??= (error) => {
      if (!error && !this.#isBroken) this.#taken();
    };
    this.#owner.res.write(chunk, this.#ontaken);
  }

  #taken(): void {
    if (this.over) return;
    if (this.#hasBacklog) this.#pump();
    if (!this.#ending) this.checkRoom();
    else if (!this.#hasBacklog) {
      this.#ending = false;
      this.#owner.res.end();
    }
  }

  #sendHead(lengthBytes: number | undefined): boolean {
    if (this.#headSent) return true;
    this.#headSent = true;
    if (this.#owner.sendHead(lengthBytes)) return true;
    this.closed = true;
    return false;
  }

  #schedule(): void {
    this.#scheduled = true;
    if (dirty) dirty.push(this);
    else {
      dirty = [this];
      process.nextTick(flushDirty);
    }
  }
}
