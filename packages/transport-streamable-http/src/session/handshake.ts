import type { HttpRequest, HttpResponse } from '@mcpwire/http';
import type { JsonRpcRequest, JsonRpcResponse, Params, RequestId } from '@mcpwire/jsonrpc';
import { HeaderName, isRevision, REVISION_FEATURES } from '@mcpwire/protocol';
import { refuseInvalid } from '../server/refusal.js';
import type { SessionRecord } from './session-store.js';

/** Where a session stands: who opened it, what was agreed on, and which requests fit that. */
export class Handshake {
  /** The revisions that are spoken. */
  supported: readonly string[];
  /** The one that was agreed on. */
  version: string | undefined;
  readonly #createdAtMs: number = Date.now();
  #id: RequestId | undefined;
  #params: Params | undefined;
  #principalId: string | undefined;
  #isDone = false;

  constructor(supported: readonly string[]) {
    this.supported = supported;
  }

  /** The id of `initialize`, while that is not answered. */
  get id(): RequestId | undefined {
    return this.#id;
  }

  /** `initialize` has come. */
  get isBegun(): boolean {
    return this.#isDone || this.#id !== undefined;
  }

  /**
   * Whether streams begin with an event that has an id and no data. While `initialize` is not answered, what its client asks for tells.
   * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#sending-messages-to-the-server
   */
  get primes(): boolean {
    const version = this.version ?? this.#params?.protocolVersion;
    return isRevision(version) && REVISION_FEATURES[version].primingEvent;
  }

  begin(request: HttpRequest, message: JsonRpcRequest): void {
    this.#principalId = request.principal?.id;
    this.#id = message.id;
    this.#params = message.params ?? {};
  }

  /** `initialize` was answered, with a result. */
  finish(response: JsonRpcResponse): void {
    const version = 'result' in response ? (response.result as { protocolVersion?: unknown } | null)?.protocolVersion : undefined;
    if (typeof version === 'string') this.version = version;
    this.#isDone = true;
    // A client may use the id again.
    this.#id = undefined;
  }

  /** The session was opened elsewhere. */
  restore({ principalId, protocolVersion, initialize }: SessionRecord): void {
    this.#principalId = principalId;
    this.version = protocolVersion;
    this.#params = initialize;
    this.#isDone = true;
  }

  /** Undefined before `initialize` is answered. */
  toRecord(id: string): SessionRecord | undefined {
    if (this.version === undefined || this.#params === undefined) return undefined;
    return {
      id,
      ...(this.#principalId !== undefined && { principalId: this.#principalId }),
      protocolVersion: this.version,
      initialize: this.#params,
      createdAtMs: this.#createdAtMs,
      lastSeenAtMs: Date.now(),
    };
  }

  /** What is wrong with a request, other than `initialize`, of the session with this id. */
  refuse(request: HttpRequest, sessionId: string | undefined): HttpResponse | undefined {
    if (!this.isBegun) return refuseInvalid(400, 'Invalid request: initialize comes first.');
    const id = request.headers[HeaderName.SessionId];
    if (id === undefined) return refuseInvalid(400, 'Invalid request: the header Mcp-Session-Id is missing.');
    // Somebody else's session is answered like none at all.
    if (id !== sessionId || request.principal?.id !== this.#principalId) return refuseUnknownSession();
    return this.refuseVersion(request);
  }

  /**
   * What is wrong with a request's version. One that has none is of what was agreed on.
   * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#protocol-version-header
   */
  refuseVersion({ headers }: HttpRequest): HttpResponse | undefined {
    const version = headers[HeaderName.ProtocolVersion];
    if (version === undefined || version === this.version || this.supported.includes(version)) return undefined;
    return refuseInvalid(400, `Invalid request: MCP-Protocol-Version is not supported. Supported: ${this.supported.join(', ')}.`);
  }
}

/** The one answer to a session id that is unknown, over, or somebody else's. */
export function refuseUnknownSession(): HttpResponse {
  return refuseInvalid(404, 'Session not found');
}
