import type { RequestId } from '@mcpwire/jsonrpc';

/** The answers to one batch, gathered until all of its requests are answered. */
interface Group {
  unanswered: number;
  /** Answers as JSON text, without a newline. */
  answers: string[];
  sent: Promise<void>;
  settle: (sent: Promise<void>) => void;
}

/**
 * Gathers the answers to a batch into one array, as JSON-RPC 2.0 section 6 asks. In MCP only revision 2025-03-26 has batches.
 */
export class BatchReplies {
  readonly #groups = new Map<RequestId, Group>();
  readonly #write: (line: string) => Promise<void>;

  /** @param write takes the whole answer, its newline included */
  constructor(write: (line: string) => Promise<void>) {
    this.#write = write;
  }

  /** A batch has come, with `requests` to be answered together with the `answers` that exist already (to its malformed elements). */
  open(requests: Iterable<RequestId>, answers: string[]): void {
    let settle!: (sent: Promise<void>) => void;
    const sent = new Promise<void>((resolve) => {
      settle = resolve;
    });
    // When every request is cancelled, nobody holds this promise.
    sent.catch(() => {});
    const group: Group = { unanswered: 0, answers, sent, settle };
    for (const id of requests) {
      // An id that is in use already belongs to the batch that came first; the second answer to it goes out alone.
      if (this.#groups.has(id)) continue;
      this.#groups.set(id, group);
      group.unanswered++;
    }
    if (group.unanswered === 0) this.#finish(group);
  }

  /** Keeps an answer that belongs to a batch; its promise settles when the batch's answer is sent. Undefined: it belongs to none. */
  add(id: RequestId | undefined, answer: string): Promise<void> | undefined {
    const group = id === undefined ? undefined : this.#groups.get(id);
    if (!group) return undefined;
    group.answers.push(answer);
    this.drop(id as RequestId);
    return group.sent;
  }

  /** This request will not be answered: it was cancelled. */
  drop(id: RequestId): void {
    const group = this.#groups.get(id);
    if (!group) return;
    this.#groups.delete(id);
    if (--group.unanswered === 0) this.#finish(group);
  }

  /** No more answers will come: each batch is answered with what there is. */
  flush(): void {
    const groups = new Set(this.#groups.values());
    this.#groups.clear();
    for (const group of groups) this.#finish(group);
  }

  #finish(group: Group): void {
    group.settle(group.answers.length > 0 ? this.#write(`[${group.answers.join(',')}]\n`) : Promise.resolve());
  }
}
