import { ErrorCode, type JsonRpcMessage, type JsonRpcResponse, LocalErrorCode, type RequestId, TransportError } from '@mcpwire/jsonrpc';
import type { SessionReply } from './session-reply.js';

/** The client's requests that are not answered yet, and the reply that each is answered by: found by one look-up. */
export class OpenRequests {
  readonly #maxInFlight: number;
  readonly #onquiet: () => void;
  readonly #replies = new Map<RequestId, SessionReply>();

  /** @param onquiet called when none is left */
  constructor(maxInFlight: number, onquiet: () => void) {
    this.#maxInFlight = maxInFlight;
    this.#onquiet = onquiet;
  }

  get size(): number {
    return this.#replies.size;
  }

  /** True when nobody waits for an answer. */
  get isIdle(): boolean {
    for (const reply of this.#replies.values()) if (reply.isOpen) return false;
    return true;
  }

  get(id: RequestId): SessionReply | undefined {
    return this.#replies.get(id);
  }

  has(id: RequestId): boolean {
    return this.#replies.has(id);
  }

  /** @returns false when there is no room, and then each of the requests has been answered with the error that says so */
  add(reply: SessionReply): boolean {
    const { ids } = reply;
    if (this.#replies.size + ids.length > this.#maxInFlight) {
      const message = `Too many requests at once: ${this.#replies.size} are in flight and maxInFlight is ${this.#maxInFlight}. Wait for answers.`;
      const error = { code: LocalErrorCode.TooManyRequests, message };
      for (const id of ids) reply.respond({ jsonrpc: '2.0', id, error }).catch(ignore);
      return false;
    }
    for (const id of ids) this.#replies.set(id, reply);
    return true;
  }

  /** @throws TransportError (as a rejection) `unknown-response`, and what `Reply.respond` throws */
  respond(message: JsonRpcResponse, signal: AbortSignal | undefined): Promise<void> {
    const { id } = message;
    const reply = id === undefined ? undefined : this.#replies.get(id);
    if (id === undefined || !reply) {
      const why = 'No request with this id is in flight: it was answered, or cancelled, or never came.';
      return Promise.reject(new TransportError('unknown-response', why, { details: { id } }));
    }
    const { due } = reply;
    const sent = reply.respond(message, 200, signal);
    // One that cannot be written is still to be answered, by another.
    if (reply.due < due) this.delete(id);
    return sent;
  }

  /** If the message is its client's cancellation of a request, that is never answered: its reply must not wait for an answer. */
  noteCancelled(message: JsonRpcMessage, initializeId: RequestId | undefined): void {
    if (!('method' in message) || message.method !== 'notifications/cancelled') return;
    const id = message.params?.requestId;
    if ((typeof id !== 'string' && typeof id !== 'number') || id === initializeId) return;
    const reply = this.#replies.get(id);
    if (!reply) return;
    this.delete(id);
    reply.forgo({ jsonrpc: '2.0', id, error: { code: ErrorCode.InvalidRequest, message: 'The request was cancelled by its client.' } });
  }

  delete(id: RequestId): boolean {
    if (!this.#replies.delete(id)) return false;
    if (this.#replies.size === 0) this.#onquiet();
    return true;
  }

  /** Answers whoever still waits with an error. */
  end(): void {
    const error = { code: LocalErrorCode.ConnectionLost, message: 'The session has ended before the request was answered.' };
    const closed = new TransportError('closed', 'The session has ended.');
    for (const [id, reply] of this.#replies) {
      reply.release(closed);
      if (reply.isOpen) reply.respond({ jsonrpc: '2.0', id, error }).catch(ignore);
    }
    this.#replies.clear();
  }
}

function ignore(): void {}
