import type { HttpHeaders } from '@mcpwire/http';
import { quote } from '@mcpwire/http/client/transport-parts';
import { type JsonRpcRequest, type JsonRpcResultResponse, TransportError } from '@mcpwire/jsonrpc';
import { HeaderName, isSessionId } from '@mcpwire/protocol';
import { badResponse, statusError } from './errors.js';
import type { ReestablishedSession, StreamableHTTPClientTransportOptions } from './options.js';

/** What a session needs of its transport. */
export interface SessionHost {
  sessionId: string | undefined;
  /** Repeats a handshake, `notifications/initialized` included. Resolves with the answer to `initialize`. */
  handshake(initialize: JsonRpcRequest): Promise<JsonRpcResultResponse>;
  /** The session is no more; nothing that belongs to it is of use. */
  onlost(error: TransportError | undefined): void;
  onreestablished(session: ReestablishedSession): void;
}

/**
 * A session with a server of a legacy revision: where its id comes from, and what happens when the server knows it no more.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management
 */
export class Session {
  readonly #host: SessionHost;
  readonly #reestablish: StreamableHTTPClientTransportOptions['reestablish'];
  #initialize: JsonRpcRequest | undefined;
  #lost: TransportError | undefined;
  #recovery: Promise<boolean> | undefined;
  /** While the user decides: ends the wait. */
  #giveUp: ((error: Error) => void) | undefined;

  constructor(host: SessionHost, reestablish: StreamableHTTPClientTransportOptions['reestablish']) {
    this.#host = host;
    this.#reestablish = reestablish;
  }

  /** Why nothing can be sent: the session was lost, and no new one was begun. */
  get lost(): TransportError | undefined {
    return this.#lost;
  }

  /** Settles when a handshake that is being repeated is over; undefined when none is. */
  get recovery(): Promise<boolean> | undefined {
    return this.#recovery;
  }

  /**
   * The response to `initialize` has come: its id is the session's, and any other one is over.
   * @throws TransportError `bad-response` for an id that could not be sent back
   */
  begin(initialize: JsonRpcRequest, headers: HttpHeaders): void {
    const id = headers[HeaderName.SessionId];
    if (id !== undefined && !isSessionId(id)) throw badResponse(`The session id of the server is not visible ASCII: ${quote(String(id))}`);
    this.#host.sessionId = id;
    this.#lost = undefined;
    if (this.#reestablish) this.#initialize = initialize;
  }

  /**
   * The server answered 404 to a request of the session `lostId`.
   * @returns whether there is a new session, so that the request is worth repeating; otherwise `lost` says why not
   */
  recover(lostId: string): Promise<boolean> {
    // Another request has found out first, and the handshake is over already.
    if (this.#recovery === undefined && this.#host.sessionId !== lostId) return Promise.resolve(this.#lost === undefined);
    this.#recovery ??= this.#recover(lostId).finally(() => {
      this.#recovery = undefined;
    });
    return this.#recovery;
  }

  /** This side ends it: what is still under way in it begins no new one. */
  end(reason: TransportError): void {
    this.#lost = reason;
    this.#host.sessionId = undefined;
  }

  /** The transport is closed: nobody's decision is waited for. */
  close(): void {
    this.#giveUp?.(new TransportError('closed', 'The transport is closed.'));
  }

  /** Asks the user, who may take any time, and not longer than the transport is open. */
  #decide(reestablish: (lostSessionId: string) => boolean | Promise<boolean>, lostSessionId: string): Promise<boolean> {
    return new Promise<boolean>((resolve, reject) => {
      this.#giveUp = reject;
      Promise.resolve(reestablish(lostSessionId)).then(resolve, reject);
    }).finally(() => {
      this.#giveUp = undefined;
    });
  }

  async #recover(lostSessionId: string): Promise<boolean> {
    this.#host.sessionId = undefined;
    const details = { status: 404, text: '', lostSessionId };
    const gone = 'The server no longer knows the session (HTTP 404)';
    try {
      const reestablish = this.#reestablish;
      const wanted = typeof reestablish === 'function' ? await this.#decide(reestablish, lostSessionId) : reestablish;
      if (wanted && this.#initialize) {
        this.#host.onlost(undefined);
        const response = await this.#host.handshake(this.#initialize);
        this.#host.onreestablished({ sessionId: this.#host.sessionId, lostSessionId, response });
        return true;
      }
      this.#lost = statusError('session-lost', `${gone}. Connect again, with a new transport, or set reestablish.`, details);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : 'something was thrown that is no error';
      this.#host.sessionId = undefined;
      this.#lost = statusError('session-lost', `${gone}, and there is no new one: ${why}`, details, cause);
    }
    this.#host.onlost(this.#lost);
    return false;
  }
}
