import { BaseTransport } from './base-transport.js';
import { TransportError } from './errors.js';
import type { JsonRpcMessage } from './message.js';
import { encode } from './ndjson.js';
import { BoundedQueue } from './queue.js';
import type { SendOptions, Transport } from './transport.js';

export interface MemoryPairOptions {
  /** Queued in each direction before `send` waits; a message counts as many bytes as its line has characters. Default 16 MiB. */
  maxQueuedBytes?: number | undefined;
  /** Sends that may wait for room in each direction. Default 65,536. */
  maxWaitingSends?: number | undefined;
}

/**
 * Two joined transports in one process: what one sends, the other receives, in order, in a later microtask. Messages cross as JSON
 * text, as on a wire, so the two sides never share an object and what cannot be serialised fails here too.
 */
export function createMemoryPair(options: MemoryPairOptions = {}): [Transport, Transport] {
  const left = new MemoryTransport(options);
  const right = new MemoryTransport(options);
  left.join(right);
  right.join(left);
  return [left, right];
}

class MemoryTransport extends BaseTransport {
  #peer: MemoryTransport | undefined;
  readonly #outgoing: BoundedQueue<string>;
  /** What the peer has sent and this side has not delivered yet. */
  #incoming: string[] = [];
  #peerClosed = false;
  #paused = false;
  #pumping = false;

  constructor(options: MemoryPairOptions) {
    super();
    this.#outgoing = new BoundedQueue<string>({
      ...options,
      accept: (text) => {
        this.#peer?.receive(text);
        return Promise.resolve();
      },
    });
  }

  join(peer: MemoryTransport): void {
    this.#peer = peer;
  }

  send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    const unusable = this.unusable();
    if (unusable) return Promise.reject(unusable);
    let text: string;
    try {
      text = encode(message);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#outgoing.push(text, text.length, options?.signal);
  }

  async close(): Promise<void> {
    if (this.closeReason) return;
    this.#outgoing.fail(new TransportError('closed', 'The transport is closed.'));
    this.#incoming = [];
    this.finish({ kind: 'closed' });
    this.#peer?.peerClosed();
  }

  receive(text: string): void {
    if (this.closeReason) return;
    this.#incoming.push(text);
    this.#schedule();
  }

  peerClosed(): void {
    if (this.closeReason) return;
    this.#peerClosed = true;
    this.#outgoing.fail(new TransportError('peer-gone', 'The other side closed the connection.'));
    this.#schedule();
  }

  protected async open(): Promise<void> {
    this.#schedule();
  }

  protected override onInbox(waiting: boolean): void {
    this.#paused = waiting;
    if (!waiting) this.#schedule();
  }

  #schedule(): void {
    if (this.#pumping || this.#paused || !this.started) return;
    this.#pumping = true;
    queueMicrotask(() => this.#pump());
  }

  #pump(): void {
    this.#pumping = false;
    let delivered = 0;
    while (delivered < this.#incoming.length && !this.#paused && !this.closeReason) {
      const text = this.#incoming[delivered++] as string;
      this.deliver(JSON.parse(text) as JsonRpcMessage);
      // Makes room for the peer's waiting sends, which append to #incoming meanwhile.
      this.#peer?.delivered(text.length);
    }
    if (delivered > 0) this.#incoming.splice(0, delivered);
    if (this.#peerClosed && this.#incoming.length === 0 && !this.#paused) this.finish({ kind: 'peer-gone' });
  }

  delivered(bytes: number): void {
    this.#outgoing.release(bytes);
  }
}
