import type { Params, Peer, RequestOptions, SendOptions, Transport } from '@mcpwire/jsonrpc';
import { type Era, type Implementation, MetaKey } from '@mcpwire/protocol';
import { assertKnownResultType } from './result-type.js';

/** What was agreed on with the server. */
export interface Agreement {
  readonly era: Era;
  /** The revision that both sides use from now on. */
  readonly revision: string;
  /** Undefined where a modern server does not say it. */
  readonly serverInfo: Implementation | undefined;
  readonly serverCapabilities: Params;
  readonly instructions: string | undefined;
  /** What was tried and what came of it, in order; the last one is what holds. */
  readonly steps: readonly Step[];
}

/** One attempt to agree. */
export interface Step {
  readonly method: 'server/discover' | 'initialize';
  /** The revision that was asked for. */
  readonly revision: string;
  readonly outcome: 'agreed' | 'other-revision' | 'not-modern';
  /** One sentence for a log. */
  readonly reason: string;
}

/**
 * A connection that is ready for use. Requests carry what their revision demands (from 2026-07-28 version, client and
 * capabilities in `_meta`); what the server asks of its own is handled on `peer`.
 */
export class Connection implements AsyncDisposable {
  readonly peer: Peer;
  readonly agreement: Agreement;
  /** What every request says of this client; undefined in the legacy era, where `initialize` has said it. */
  readonly #meta: Params | undefined;
  readonly #resultTypes: readonly string[] | undefined;

  constructor(
    peer: Peer,
    agreement: Agreement,
    client: { clientInfo: Implementation; capabilities: Params; resultTypes?: readonly string[] | undefined },
  ) {
    this.peer = peer;
    this.agreement = agreement;
    this.#resultTypes = client.resultTypes;
    if (agreement.era === 'modern') {
      this.#meta = {
        [MetaKey.ProtocolVersion]: agreement.revision,
        [MetaKey.ClientInfo]: client.clientInfo,
        [MetaKey.ClientCapabilities]: client.capabilities,
      };
    }
  }

  get transport(): Transport {
    return this.peer.transport;
  }

  /**
   * Sends a request and waits for its result; like `Peer.request`.
   * @throws TransportError also `bad-response`, for a result of a kind that is not known (2026-07-28, option `resultTypes`)
   */
  async request<Result = unknown>(method: string, params?: Params, options?: RequestOptions): Promise<Result> {
    const result = await this.peer.request<Result>(method, this.#withMeta(params), options);
    if (this.#meta) assertKnownResultType(method, result, this.#resultTypes);
    return result;
  }

  /** Sends a notification; like `Peer.notify`. */
  notify(method: string, params?: Params, options?: SendOptions): Promise<void> {
    return this.peer.notify(method, params, options);
  }

  /** Closes the transport: a session is ended on the server, a process that was started ends. */
  async close(): Promise<void> {
    await this.peer.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #withMeta(params: Params | undefined): Params | undefined {
    const meta = this.#meta;
    return meta ? { ...params, _meta: { ...meta, ...(params?._meta as Params | undefined) } } : params;
  }
}
