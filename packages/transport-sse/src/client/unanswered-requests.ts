import type { JsonRpcMessage, RequestId } from '@mcpwire/jsonrpc';

/** Requests sent and not answered yet, kept where a new session would leave them without an answer for ever. */
export class UnansweredRequests {
  /** Methods by ids. */
  #methods = new Map<RequestId, string>();

  /** Takes note of a message that is being sent. */
  sending(message: JsonRpcMessage, sent: Promise<void>): void {
    if (!('method' in message)) return;
    if (!('id' in message)) {
      if (message.method === 'notifications/cancelled') this.#methods.delete(message.params?.requestId as RequestId);
      return;
    }
    const { id, method } = message;
    this.#methods.set(id, method);
    // Its sender is told by the promise.
    sent.catch(() => this.#methods.delete(id));
  }

  /** Takes note of a message that has been received. */
  received(message: JsonRpcMessage): void {
    if (!('method' in message)) this.#methods.delete(message.id as RequestId);
  }

  /** Removes and returns all there are. */
  takeAll(): ReadonlyMap<RequestId, string> {
    const all = this.#methods;
    this.#methods = new Map();
    return all;
  }
}
