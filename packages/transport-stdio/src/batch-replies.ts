import type { JsonRpcMessage, JsonRpcResponse, RequestId } from '@mcpwire/jsonrpc';

/** The answers to one batch, gathered until all of its requests are answered. */
interface Group {
  unanswered: number;
  responses: JsonRpcResponse[];
  sent: Promise<void>;
  settle: (sent: Promise<void>) => void;
}

/**
 * Gathers the answers to a batch into one array, as JSON-RPC 2.0 section 6 asks. In MCP only revision 2025-03-26 has batches.
 */
export class BatchReplies {
  readonly #groups = new Map<RequestId, Group>();
  readonly #send: (responses: JsonRpcMessage[]) => Promise<void>;

  constructor(send: (responses: JsonRpcMessage[]) => Promise<void>) {
    this.#send = send;
  }

  /** A batch has come, with `requests` to be answered together with the `responses` that exist already (its malformed elements). */
  open(requests: readonly RequestId[], responses: JsonRpcResponse[]): void {
    let settle!: (sent: Promise<void>) => void;
    const sent = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const group: Group = { unanswered: requests.length, responses, sent, settle };
    for (const id of requests) this.#groups.set(id, group);
    if (group.unanswered === 0) this.#finish(group);
  }

  /** Keeps a response that belongs to a batch; its promise settles when the batch's answer is sent. Undefined: it belongs to none. */
  add(response: JsonRpcResponse): Promise<void> | undefined {
    const group = response.id === undefined ? undefined : this.#groups.get(response.id);
    if (!group) return undefined;
    group.responses.push(response);
    this.drop(response.id as RequestId);
    return group.sent;
  }

  /** This request will not be answered: it was cancelled. */
  drop(id: RequestId): void {
    const group = this.#groups.get(id);
    if (!group) return;
    this.#groups.delete(id);
    if (--group.unanswered === 0) this.#finish(group);
  }

  #finish(group: Group): void {
    group.settle(group.responses.length > 0 ? this.#send(group.responses) : Promise.resolve());
  }
}
