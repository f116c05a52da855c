import type { JsonRpcMessage, RequestId } from '@mcpwire/jsonrpc';

/**
 * The answers that this side owes: to requests read and not yet answered or cancelled. `subscriptions/listen` is not among them: it
 * lasts as long as the connection.
 */
export class DueAnswers {
  readonly #ids = new Set<RequestId>();
  /** Ids that are due more than once: how many times more. Some clients reuse an id before it is answered. */
  readonly #reused = new Map<RequestId, number>();
  #onnone: (() => void) | undefined;

  get size(): number {
    return this.#ids.size;
  }

  /** Takes note of a message that was read. */
  received(message: JsonRpcMessage): void {
    if (!('method' in message)) return;
    if ('id' in message) {
      if (message.method === 'subscriptions/listen') return;
      const before = this.#ids.size;
      this.#ids.add(message.id);
      if (this.#ids.size === before) this.#reused.set(message.id, (this.#reused.get(message.id) ?? 0) + 1);
    } else if (message.method === 'notifications/cancelled') {
      this.#settle(message.params?.requestId as RequestId);
    }
  }

  /** Takes note of a message that was sent. */
  sent(message: JsonRpcMessage): void {
    if (!('method' in message)) this.#settle(message.id as RequestId);
  }

  /** Resolves when no answer is due. A second call gives up the first one's promise. */
  async none(): Promise<void> {
    if (this.#ids.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onnone = resolve;
    });
  }

  #settle(id: RequestId): void {
    const more = this.#reused.size > 0 ? this.#reused.get(id) : undefined;
    if (more !== undefined) {
      if (more > 1) this.#reused.set(id, more - 1);
      else this.#reused.delete(id);
    } else if (this.#ids.delete(id) && this.#ids.size === 0) {
      this.#onnone?.();
    }
  }
}
