import type { ServerResponse } from 'node:http';
import { Backlog, PIECE_LENGTH } from '../backlog.js';
import { BaseSink } from '../base-sink.js';
import type { Exchange } from '../exchanges.js';
import { encodeText, isAscii } from './encode-text.js';
import { abortResponse, type NodeResponse, wasAborted } from './node-response.js';

/** What answers the request that a sink belongs to. */
export interface NodeSinkOwner {
  /** Sends the status and the headers, with a Content-Length when the whole body is known. @returns false when it can't. */
  sendHead(lengthBytes: number | undefined): boolean;
  /** The head is sent, and the stream open. The sink has no need of its owner any more. */
  letGo(sink: NodeSink): void;
}

/** What all sinks of one listener share. */
export interface NodeSinkSettings {
  readonly exchanges: { delete(res: NodeResponse): void };
  readonly highWaterMarkBytes: number;
  /** A callback has thrown. */
  readonly onstreamerror: (res: NodeResponse, sink: NodeSink, error: unknown) => void;
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

/** So much may be handed to Node while it still holds something; more is joined here, where a byte of text takes one byte. */
const MAX_BEHIND_BYTES = 16 * 1024;
/** From so many characters on, what Node makes of a text weighs: four bytes for each of them while its reader does not read. */
const LONG_TEXT_LENGTH = 4 * 1024;

/**
 * A body written to node:http or node:http2. Node is handed no more than `highWaterMarkBytes` at a time: it would write
 * whatever it holds in one go, and tell nothing of it before the last byte has left.
 *
 * A reader that keeps up is handed text as it is, for Node encodes that in memory that is warm. What has to wait is bytes.
 */
export class NodeSink extends BaseSink implements Exchange {
  readonly #res: ServerResponse;
  readonly #settings: NodeSinkSettings;
  /** Until the head is sent. */
  #owner: NodeSinkOwner | undefined;
  #backlog: Backlog | undefined;
  #scheduled = false;
  /** `end` was called, and the backlog has to leave first. */
  #ending = false;
  /** The latest write has a callback. */
  #watched = false;
  #ontaken: ((error?: Error | null) => void) | undefined;

  constructor(owner: NodeSinkOwner, res: ServerResponse, settings: NodeSinkSettings) {
    super();
    this.#owner = owner;
    this.#res = res;
    this.#settings = settings;
    this.#schedule();
  }

  protected get highWaterMarkBytes(): number {
    return this.#settings.highWaterMarkBytes;
  }

  get isOver(): boolean {
    return this.over;
  }

  get queuedBytes(): number {
    return this.pending.length + (this.#backlog?.bytes ?? 0) + (this.over ? 0 : this.#res.writableLength);
  }

  flush(): void {
    this.#scheduled = false;
    if (this.closed) return;
    const isFirst = this.#owner !== undefined;
    if (!this.#sendHead(undefined)) return;
    if (this.pending !== '') this.#handOver(this.takePending());
    // Node keeps the headers back for the first write, and there may be none for long.
    else if (isFirst) this.#res.flushHeaders();
  }

  protected close(): void {
    const last = this.takePending();
    if (this.#owner && !this.#sendHead(Buffer.byteLength(last))) return;
    this.closed = true;
    if (this.#hasBacklog) {
      this.#ending = true;
      this.#handOver(last);
    } else if (last === '') this.#res.end();
    else this.#res.end(last);
  }

  destroy(): void {
    if (this.over) return;
    this.closed = true;
    this.#ending = false;
    this.pending = '';
    this.#backlog = undefined;
    abortResponse(this.#res);
  }

  override finish(aborted: boolean): void {
    this.#backlog = undefined;
    super.finish(aborted);
  }

  /** In place of the exchange that was let go. */
  announceClosing(): void {
    try {
      this.tellClosing();
    } catch (error) {
      this.#settings.onstreamerror(this.#res, this, error);
    }
  }

  /** Likewise. */
  expire(): void {
    this.end();
  }

  /** Likewise. */
  onresponseclose(): void {
    this.#settings.exchanges.delete(this.#res);
    this.finish(wasAborted(this.#res));
  }

  protected append(chunk: string | Uint8Array): void {
    if (typeof chunk === 'string') {
      this.pending += chunk;
      if (this.isBlocked && this.pending.length >= PIECE_LENGTH) this.#handOver(this.takePending());
      else if (!this.#scheduled) this.#schedule();
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
      if (!this.#hasBacklog && this.#fits(chunk.length)) {
        if (this.isBlocked) this.#writeWatched(chunk);
        else {
          this.#watched = false;
          this.#write(chunk, undefined);
        }
        return;
      }
      this.#backlog ??= new Backlog(encodeText);
      this.written += this.#backlog.push(chunk) - chunk.length;
    }
    if (this.#hasBacklog) this.#pump();
  }

  get #hasBacklog(): boolean {
    return this.#backlog?.isEmpty === false;
  }

  /** Whether so much more may be handed to Node just so. */
  #fits(length: number): boolean {
    const { highWaterMarkBytes } = this;
    const held = this.#res.writableLength;
    return held + length < (held === 0 ? highWaterMarkBytes : Math.min(highWaterMarkBytes, MAX_BEHIND_BYTES));
  }

  #pump(): void {
    const backlog = this.#backlog as Backlog;
    const { highWaterMarkBytes } = this;
    const res = this.#res;
    while (!backlog.isEmpty) {
      // A text that is not long yet is joined by others for as long as Node has something to go on with.
      if (res.writableLength >= (backlog.hasPiece ? highWaterMarkBytes : Math.min(highWaterMarkBytes, MAX_BEHIND_BYTES))) break;
      let piece = backlog.shift();
      if (typeof piece === 'string' && piece.length >= LONG_TEXT_LENGTH) {
        const { length } = piece;
        piece = encodeText(piece);
        this.written += piece.length - length;
      }
      this.#writeWatched(piece);
    }
    if (!backlog.isEmpty && !this.#watched) this.#writeWatched('');
  }

  /** The connection is gone, and the end of the response is about to be told. Until then Node takes any write, and keeps none. */
  get #isBroken(): boolean {
    return this.#res.socket?.destroyed === true;
  }

  #writeWatched(chunk: string | Uint8Array): void {
    this.#watched = true;
    // A write's own callback, because Node's `drain` follows a mark of its own.
    this.#ontaken ??= (error) => {
      if (!error && !this.#isBroken) this.#taken();
    };
    this.#write(chunk, this.#ontaken);
  }

  #write(chunk: string | Uint8Array, ontaken: ((error?: Error | null) => void) | undefined): void {
    const res = this.#res;
    // Node reserves three bytes for a character that might be any; it looks for itself how many there are, unless it is told.
    if (typeof chunk === 'string' && chunk.length >= LONG_TEXT_LENGTH && isAscii(chunk)) res.write(chunk, 'latin1', ontaken);
    else res.write(chunk, ontaken);
  }

  #taken(): void {
    if (this.over) return;
    if (this.#hasBacklog) this.#pump();
    if (!this.#ending) this.checkRoom();
    else if (!this.#hasBacklog) {
      this.#ending = false;
      this.#res.end();
    }
  }

  #sendHead(lengthBytes: number | undefined): boolean {
    const owner = this.#owner;
    if (!owner) return true;
    this.#owner = undefined;
    if (!owner.sendHead(lengthBytes)) {
      this.closed = true;
      return false;
    }
    if (lengthBytes === undefined) owner.letGo(this);
    return true;
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
