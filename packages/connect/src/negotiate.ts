import { isJsonRpcError, isTransportError, JsonRpcError, type Params, Peer, type Transport, TransportError } from '@mcpwire/jsonrpc';
import {
  eraOf,
  type Implementation,
  isModernErrorCode,
  MetaKey,
  newestCommonVersion,
  REVISIONS,
  supportedVersionsOf,
} from '@mcpwire/protocol';
import { type Agreement, Connection, type Step } from './connection.js';
import { assertKnownResultType } from './result-type.js';

export interface NegotiateOptions {
  clientInfo: Implementation;
  /** What this client can do for the server. Default none. */
  capabilities?: Params | undefined;
  /** The revisions that this client speaks. With those of one era only, nothing of the other is tried. Default: all that are published. */
  revisions?: readonly string[] | undefined;
  /** How long a server may take to answer the question whether it is modern: old ones may say nothing. Default 5 s. */
  probeTimeoutMs?: number | undefined;
  /** How long it may take to answer `initialize`. Default 60 s. */
  initializeTimeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Values of `resultType` beside those of the core protocol, of extensions among `capabilities`. A result of any other kind is no result. */
  resultTypes?: readonly string[] | undefined;
  /**
   * Prepares the peer before the first message: handlers for what the server asks or tells. Called once for each transport that is opened.
   * `ping` has one already. In 2026-07-28 servers ask nothing, and their requests get no answer.
   */
  prepare?: ((peer: Peer) => void) | undefined;
  onstep?: ((step: Step) => void) | undefined;
}

const DEFAULT_PROBE_TIMEOUT_MS = 5_000;
const DEFAULT_INITIALIZE_TIMEOUT_MS = 60_000;

/**
 * Opens a transport and agrees with the server on a revision: `server/discover` first, `initialize` if the server shows that it is older.
 *
 * @param createTransport makes a transport that is not started. It is called again if the server ends because of the question whether it is
 *   modern (some old ones do); that one is asked to `initialize` at once.
 * @throws TransportError when there is no connection, `aborted`; JsonRpcError when there is no revision in common (-32022 with
 *   `data.supported`), or what the server answered to `initialize`. The transport is closed then.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning
 */
export async function negotiate(createTransport: () => Transport, options: NegotiateOptions): Promise<Connection> {
  const revisions = options.revisions ?? REVISIONS;
  if (revisions.length === 0) throw new TypeError('revisions is empty: name at least one that this client speaks.');
  const steps: Step[] = [];
  const negotiation = new Negotiation(options, revisions, steps);
  if (negotiation.modern.length > 0) {
    const connection = await attempt(createTransport, options, (peer) => negotiation.run(peer, true));
    if (connection) return connection;
  }
  const connection = await attempt(createTransport, options, (peer) => negotiation.run(peer, false));
  if (!connection) throw new TransportError('peer-gone', 'The server ended during the handshake.');
  return connection;
}

/** One transport, from start to agreement; closed again if there is none. @returns undefined if the server wants to be asked otherwise, anew */
async function attempt(
  createTransport: () => Transport,
  { prepare, signal }: NegotiateOptions,
  run: (peer: Peer) => Promise<Connection | undefined>,
): Promise<Connection | undefined> {
  const peer = new Peer(createTransport());
  // "Ping" of the legacy revisions: the receiver has to answer.
  peer.handle('ping', () => ({}));
  let connection: Connection | undefined;
  try {
    prepare?.(peer);
    await peer.start({ signal });
    connection = await run(peer);
    return connection;
  } finally {
    if (!connection) await peer.close();
  }
}

class Negotiation {
  readonly modern: readonly string[];
  readonly #legacy: readonly string[];
  readonly #options: NegotiateOptions;
  readonly #steps: Step[];
  readonly #client: { clientInfo: Implementation; capabilities: Params };

  constructor(options: NegotiateOptions, revisions: readonly string[], steps: Step[]) {
    this.#options = options;
    this.#steps = steps;
    this.#client = { clientInfo: options.clientInfo, capabilities: options.capabilities ?? {} };
    this.modern = revisions.filter((revision) => eraOf(revision) === 'modern');
    this.#legacy = revisions.filter((revision) => eraOf(revision) === 'legacy');
  }

  /** @returns undefined when the connection ended over the probe, and a new one should be asked to initialize */
  async run(peer: Peer, probe: boolean): Promise<Connection | undefined> {
    if (this.#legacy.length === 0) peer.refuseRequests();
    if (probe) {
      const agreed = await this.#discover(peer);
      if (typeof agreed === 'object') return agreed;
      if (agreed === 'gone') return undefined;
    }
    return this.#initialize(peer);
  }

  /** @returns 'legacy' if the server is to be asked to initialize, 'gone' if it has ended instead of answering */
  async #discover(peer: Peer): Promise<Connection | 'legacy' | 'gone'> {
    let revision = newestCommonVersion(this.modern, this.modern) as string;
    let isRepeated = false;
    // Each turn but one asks for another revision, so there is at most one turn more than revisions.
    for (const asked = new Set<string>(); ; ) {
      asked.add(revision);
      let offered: readonly string[];
      let result: Params | undefined;
      try {
        result = await this.#ask<Params>(peer, revision);
        // Some legacy servers answer whatever they are asked; what a modern one answers names versions.
        if (!Array.isArray(result?.supportedVersions)) {
          const reason = 'The answer to server/discover names no supportedVersions.';
          this.#assertLegacyIsPossible(new Error(reason));
          this.#step({ method: 'server/discover', revision, outcome: 'not-modern', reason });
          return 'legacy';
        }
        offered = result.supportedVersions;
      } catch (error) {
        const verdict = this.#judge(error, revision);
        if (typeof verdict === 'string') return verdict;
        offered = verdict;
      }
      if (result && offered.includes(revision)) return this.#agreed(peer, revision, result);
      const next = newestCommonVersion([...this.modern, ...this.#legacy], offered);
      if (next === undefined) throw nothingInCommon([...this.modern, ...this.#legacy], offered);
      if (asked.has(next)) {
        // It may have refused what it lists because it was just being replaced, or started.
        if (isRepeated || result || next !== revision) throw contradicted(next, offered);
        isRepeated = true;
      }
      this.#step({ method: 'server/discover', revision, outcome: 'other-revision', reason: `The server offers ${offered.join(', ')}.` });
      if (eraOf(next) === 'legacy') return 'legacy';
      revision = next;
    }
  }

  #ask<Result>(peer: Peer, revision: string): Promise<Result> {
    const { probeTimeoutMs = DEFAULT_PROBE_TIMEOUT_MS, signal } = this.#options;
    const _meta = {
      [MetaKey.ProtocolVersion]: revision,
      [MetaKey.ClientInfo]: this.#client.clientInfo,
      [MetaKey.ClientCapabilities]: this.#client.capabilities,
    };
    return peer.request('server/discover', { _meta }, { timeoutMs: probeTimeoutMs, maxTotalTimeoutMs: probeTimeoutMs, signal });
  }

  /** What an answer that is no result says: the versions of a modern server, or that it is none. Throws what says nothing about that. */
  #judge(error: unknown, revision: string): readonly string[] | 'legacy' | 'gone' {
    const answer = isJsonRpcError(error) ? error : errorInBody(error);
    if (answer) {
      const status = isTransportError(error) ? (error.details?.status as number | undefined) : undefined;
      const supported = supportedVersionsOf(answer);
      if (supported && supported.length > 0) return supported;
      if (isModernErrorCode(answer.code, status)) throw answer;
    } else if (isTransportError(error) && (error.code === 'peer-gone' || error.code === 'closed')) {
      this.#assertLegacyIsPossible(error);
      this.#step({ method: 'server/discover', revision, outcome: 'not-modern', reason: 'The server ended instead of answering.' });
      return 'gone';
    } else if (!isRefusal(error)) throw error;
    this.#assertLegacyIsPossible(error);
    this.#step({ method: 'server/discover', revision, outcome: 'not-modern', reason: messageOf(error) });
    return 'legacy';
  }

  #assertLegacyIsPossible(cause: unknown): void {
    if (this.#legacy.length > 0) return;
    throw new TransportError(
      'peer-gone',
      `The server does not speak ${this.modern.join(' or ')}, and no older revision was allowed: ${messageOf(cause)}. Add one to revisions.`,
      { cause },
    );
  }

  async #initialize(peer: Peer): Promise<Connection> {
    const revision = newestCommonVersion(this.#legacy, this.#legacy) as string;
    const { initializeTimeoutMs = DEFAULT_INITIALIZE_TIMEOUT_MS, signal } = this.#options;
    const params = { protocolVersion: revision, ...this.#client };
    const timeouts = { timeoutMs: initializeTimeoutMs, maxTotalTimeoutMs: initializeTimeoutMs };
    const result = await peer.request<Params>('initialize', params, { ...timeouts, signal });
    const answered = String(result?.protocolVersion);
    if (!this.#legacy.includes(answered)) throw nothingInCommon(this.#legacy, [answered]);
    peer.transport.setProtocolVersion?.(answered);
    const connection = this.#connection(peer, 'initialize', answered, revision, result);
    await peer.notify('notifications/initialized', undefined, { signal });
    return connection;
  }

  #agreed(peer: Peer, revision: string, result: Params): Connection {
    assertKnownResultType('server/discover', result, this.#options.resultTypes);
    peer.refuseRequests();
    peer.transport.setProtocolVersion?.(revision);
    return this.#connection(peer, 'server/discover', revision, revision, result);
  }

  #connection(peer: Peer, method: Step['method'], revision: string, asked: string, result: Params): Connection {
    this.#step({ method, revision: asked, outcome: 'agreed', reason: `The server speaks ${revision}.` });
    const meta = result._meta as Params | undefined;
    const agreement: Agreement = {
      era: method === 'initialize' ? 'legacy' : 'modern',
      revision,
      serverInfo: (result.serverInfo ?? meta?.[MetaKey.ServerInfo]) as Implementation | undefined,
      serverCapabilities: (result.capabilities ?? {}) as Params,
      instructions: typeof result.instructions === 'string' ? result.instructions : undefined,
      steps: this.#steps,
    };
    return new Connection(peer, agreement, { ...this.#client, resultTypes: this.#options.resultTypes });
  }

  #step(step: Step): void {
    this.#steps.push(step);
    this.#options.onstep?.(step);
  }
}

/** An answer that is no result: over stdio silence, over HTTP a status. What comes from this side's own network is none. */
function isRefusal(error: unknown): boolean {
  if (!isTransportError(error)) return false;
  return error.code === 'timeout' || error.code === 'http-status' || error.code === 'bad-response';
}

/** The JSON-RPC error that a refused POST carried. */
function errorInBody(error: unknown): JsonRpcError | undefined {
  const text = isTransportError(error) ? error.details?.text : undefined;
  if (typeof text !== 'string') return undefined;
  try {
    const { error: member } = JSON.parse(text) as { error?: { code?: unknown; message?: unknown; data?: unknown } };
    if (!Number.isInteger(member?.code)) return undefined;
    return new JsonRpcError(member?.code as number, String(member?.message), { data: member?.data, cause: error });
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function contradicted(revision: string, supported: readonly string[]): JsonRpcError {
  return new JsonRpcError(-32022, `The server refuses ${revision}, and says that it supports ${supported.join(', ')}`, {
    data: { supported, requested: revision },
  });
}

function nothingInCommon(ours: readonly string[], theirs: readonly string[]): JsonRpcError {
  return new JsonRpcError(-32022, `No revision in common: this client speaks ${ours.join(', ')}, the server ${theirs.join(', ')}`, {
    data: { supported: theirs, requested: ours },
  });
}
