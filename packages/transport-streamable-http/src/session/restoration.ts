import { isErrorResponse, JsonRpcError, type JsonRpcRequest, type JsonRpcResponse, type RequestId, TransportError } from '@mcpwire/jsonrpc';
import type { SessionRecord } from './session-store.js';

/** The `initialize` of a session that is brought back: its client has had the answer long ago, so this one is kept from it. */
export class Restoration {
  /** The request that its client once sent, to be handed to the server again. */
  readonly request: JsonRpcRequest & { readonly id: RequestId };
  /** Resolves when the server has answered with a result. @throws JsonRpcError (as a rejection) what it answered instead; TransportError `closed` */
  readonly answered: Promise<void>;
  #resolve!: () => void;
  #reject!: (error: Error) => void;

  constructor(record: SessionRecord) {
    const params = { ...record.initialize, protocolVersion: record.protocolVersion };
    this.request = { jsonrpc: '2.0', id: `restore ${record.id}`, method: 'initialize', params };
    this.answered = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Takes the server's answer. */
  settle(response: JsonRpcResponse): void {
    if (isErrorResponse(response)) this.#reject(JsonRpcError.fromResponse(response));
    else this.#resolve();
  }

  /** The session has ended: nobody will answer. */
  giveUp(): void {
    this.#reject(new TransportError('closed', 'The session has ended while it was restored.'));
  }
}
