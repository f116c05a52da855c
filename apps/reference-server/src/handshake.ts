import { ErrorCode, JsonRpcError, type Params } from '@mcpwire/jsonrpc';
import type { Catalogue } from './catalogue.js';
import { isImplementation } from './envelope.js';
import { excerpt, invalidParams } from './errors.js';
import { capabilities, instructions, serverInfo } from './identity.js';
import { isObject, requireString } from './params.js';
import { latestLegacyRevision, legacyRevisions, modernRevisions, type Revision } from './revision.js';

/**
 * The legacy life cycle of one connection: what `initialize` agreed on.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle
 */
export class Handshake {
  readonly #catalogue: Catalogue;
  #revision: Revision | undefined;
  #clientCapabilities: Params = {};
  #confirmed = false;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  /** What the client declared in `initialize`. */
  get clientCapabilities(): Params {
    return this.#clientCapabilities;
  }

  /** True once the client has sent `notifications/initialized`: from then on the server may send requests. */
  get confirmed(): boolean {
    return this.#confirmed;
  }

  /** Answers `initialize`: with the client's revision if it is one of ours, else with our latest that has a handshake. */
  initialize(params: Params): { protocolVersion: string } {
    if (this.#revision) {
      throw new JsonRpcError(
        ErrorCode.InvalidRequest,
        `Invalid request: this connection is initialized already, with ${this.#revision.name}`,
      );
    }
    const requested = requireString(params, 'protocolVersion');
    const { capabilities: clientCapabilities, clientInfo } = params;
    if (!isObject(clientCapabilities)) throw invalidParams(`capabilities must be an object, and is ${excerpt(clientCapabilities)}`);
    if (!isImplementation(clientInfo)) throw invalidParams(`clientInfo must have a name and a version, and is ${excerpt(clientInfo)}`);
    const revision = legacyRevisions.get(requested) ?? latestLegacyRevision;
    this.#revision = revision;
    this.#clientCapabilities = clientCapabilities;
    const offered = capabilities(revision, this.#catalogue);
    const result = { protocolVersion: revision.name, capabilities: offered, serverInfo: serverInfo(revision), instructions };
    return result;
  }

  /** Takes note of `notifications/initialized`; before `initialize` it means nothing. */
  confirm(): void {
    if (this.#revision) this.#confirmed = true;
  }

  /**
   * The revision that a request without an envelope is served by. `initialize` and `ping` may come first of all.
   *
   * @throws JsonRpcError -32600 for any other request before `initialize`.
   */
  revisionFor(method: string): Revision {
    if (this.#revision) return this.#revision;
    if (method === 'initialize' || method === 'ping') return latestLegacyRevision;
    const modern = [...modernRevisions.keys()].join(', ');
    throw new JsonRpcError(
      ErrorCode.InvalidRequest,
      `Invalid request: ${method} before initialize. Send initialize first, or name a revision without a handshake (${modern}) in _meta.`,
    );
  }
}
