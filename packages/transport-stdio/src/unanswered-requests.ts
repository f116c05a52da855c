import type { JsonRpcMessage, JsonRpcRequest, RequestId } from '@mcpwire/jsonrpc';

interface Entry {
  request: JsonRpcRequest;
  /** The process has it, so that it is lost when the process ends. Until then it waits for whichever process comes. */
  written: boolean;
}

/** Requests sent and not answered yet, kept so that a restart can account for those that the old process took with it. */
export class UnansweredRequests {
  readonly #entries = new Map<RequestId, Entry>();

  /** Takes note of a message that is being sent. */
  sending(message: JsonRpcMessage, sent: Promise<void>): void {
    if (!('method' in message)) return;
    if ('id' in message) {
      const entry: Entry = { request: message, written: false };
      this.#entries.set(message.id, entry);
      sent.then(
        () => {
          entry.written = true;
        },
        // Its sender is told by the promise.
        () => {
          if (this.#entries.get(message.id) === entry) this.#entries.delete(message.id);
        },
      );
    } else if (message.method === 'notifications/cancelled') {
      this.#entries.delete(message.params?.requestId as RequestId);
    }
  }

  /** Takes note of a message that has been received. */
  received(message: JsonRpcMessage): void {
    if (!('method' in message)) {
      this.#entries.delete(message.id as RequestId);
    } else if (message.method === 'notifications/cancelled') {
      // A server ends a subscription so, and may cancel nothing else (MCP 2026-07-28, "Subscriptions").
      const id = message.params?.requestId as RequestId;
      if (this.#entries.get(id)?.request.method === 'subscriptions/listen') this.#entries.delete(id);
    }
  }

  /** The process has ended: removes and returns what it had and did not answer. */
  takeLost(): JsonRpcRequest[] {
    const lost: JsonRpcRequest[] = [];
    for (const [id, entry] of this.#entries) {
      if (!entry.written) continue;
      this.#entries.delete(id);
      lost.push(entry.request);
    }
    return lost;
  }

  clear(): void {
    this.#entries.clear();
  }
}
