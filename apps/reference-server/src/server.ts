import {
  ErrorCode,
  isRequest,
  JsonRpcError,
  LocalErrorCode,
  type Params,
  Peer,
  type RequestContext,
  type Transport,
} from '@mcpwire/jsonrpc';
import { Call } from './call.js';
import { type Envelope, isModern, MetaKey, parseEnvelope } from './envelope.js';
import { Handshake } from './handshake.js';
import { serverInfo } from './identity.js';
import { type Method, methods } from './methods.js';
import type { Revision } from './revision.js';
import type { Session } from './session.js';
import { type ReferenceServerOptions, toSettings } from './settings.js';
import { Subscriptions } from './subscriptions.js';

export type { Catalogue } from './catalogue.js';
export { Note } from './note.js';
export type { ReferenceServerOptions } from './settings.js';

export interface StopOptions {
  /** Milliseconds to wait for what is being worked on; what is left then is answered with -31002. Default 5,000. */
  graceMs?: number | undefined;
}

/** Milliseconds that a handler has to answer once its signal is aborted. */
const ABORT_GRACE_MS = 1_000;

/** The longest that a timer can be set to; beyond it would fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * Makes a server of one connection, for every revision at once: each request is served as what it carries, in its `_meta` (2026-07-28),
 * or by what `initialize` agreed on (earlier revisions). Call `start` on what is returned.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning
 */
export function createReferenceServer(transport: Transport, options: ReferenceServerOptions = {}): ReferenceServer {
  return new ReferenceServer(transport, options);
}

/** One connection being served. */
export class ReferenceServer implements AsyncDisposable {
  readonly peer: Peer;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  readonly #session: Session;
  readonly #onerror: (error: Error) => void;
  /** Calls whose result is not there yet. */
  readonly #running = new Set<Call>();
  #onidle: (() => void) | undefined;
  #stopping: Promise<void> | undefined;

  constructor(transport: Transport, options: ReferenceServerOptions) {
    const settings = toSettings(options);
    const onerror = (error: Error): void => options.onerror?.(error);
    this.#onerror = onerror;
    const peer = new Peer(transport, { onerror, maxInFlight: options.maxInFlight });
    this.peer = peer;
    const subscriptions = new Subscriptions(settings, (method, params) => peer.notify(method, params), onerror);
    this.#session = { peer, settings, handshake: new Handshake(settings.catalogue), subscriptions, logLevel: undefined };
    this.closed = new Promise((resolve) => {
      peer.onclose = () => {
        subscriptions.end();
        resolve();
      };
    });
    for (const [name, method] of Object.entries(methods)) peer.handle(name, (params, context) => this.#serve(method, params, context));
    peer.handleNotification('notifications/initialized', () => {
      this.#session.handshake.confirm();
      if (this.#session.handshake.confirmed) subscriptions.announceLists();
    });
    this.#refuseUnservedRevisions();
  }

  /** Begins to read requests. */
  async start(): Promise<void> {
    await this.peer.start();
  }

  /** Takes no new work, ends subscriptions, waits for the answers that are still to come, and closes the connection. */
  stop(options: StopOptions = {}): Promise<void> {
    this.#stopping ??= this.#stop(options.graceMs ?? 5_000);
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop({ graceMs: 0 });
  }

  #serve(method: Method, params: Params, context: RequestContext): unknown {
    if (this.#stopping) throw new JsonRpcError(LocalErrorCode.ConnectionLost, 'The server is stopping and takes no new requests.');
    const { revision, clientCapabilities } = this.#envelopeOf(method, params, context.method);
    if (method.era === 'legacy' && revision.modern) {
      throw new JsonRpcError(
        ErrorCode.MethodNotFound,
        `Method not found: ${context.method}, which revision ${revision.name} does not have`,
      );
    }
    const call = new Call(params, revision, clientCapabilities, context, this.#session);
    const result = method.run(call);
    if (result instanceof Promise) return this.#track(call, result);
    return revision.modern ? complete(result as Params, revision) : result;
  }

  /** By what a request is served: what it carries, or what `initialize` agreed on. */
  #envelopeOf(method: Method, params: Params, name: string): Envelope {
    // A method that no legacy revision has can only be meant as a modern one; without an envelope it is malformed.
    if (method.era === 'modern' || isModern(params)) return parseEnvelope(params);
    const { handshake } = this.#session;
    return { revision: handshake.revisionFor(name), clientCapabilities: handshake.clientCapabilities };
  }

  async #track(call: Call, result: Promise<unknown>): Promise<unknown> {
    this.#running.add(call);
    try {
      const value = await result;
      return call.revision.modern ? complete(value as Params, call.revision) : value;
    } catch (error) {
      throw call.stopReason ?? error;
    } finally {
      this.#running.delete(call);
      if (this.#running.size === 0) this.#onidle?.();
    }
  }

  /** The peer refuses methods that nobody handles; but who names a revision that is not served must hear of that, whatever the method. */
  #refuseUnservedRevisions(): void {
    const { transport } = this.peer;
    const deliver = transport.onmessage;
    transport.onmessage = (message, context) => {
      if (isRequest(message) && !Object.hasOwn(methods, message.method) && message.params && isModern(message.params)) {
        try {
          parseEnvelope(message.params);
        } catch (error) {
          transport.send(JsonRpcError.from(error).toResponse(message.id)).catch(this.#onerror);
          return;
        }
      }
      deliver?.(message, context);
    };
  }

  async #stop(graceMs: number): Promise<void> {
    // Their requests are answered by this; after the pause below those answers have been sent.
    const ended = this.#session.subscriptions.end();
    if (!(await this.#idleWithin(graceMs))) {
      const reason = new JsonRpcError(
        LocalErrorCode.ConnectionLost,
        `The server stopped, and this request was not done within ${graceMs} ms.`,
      );
      for (const call of this.#running) call.stop(reason);
      await this.#idleWithin(ABORT_GRACE_MS);
    }
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (this.#session.settings.sharedChannel) {
      // A client that has ended its input may be gone by now, and needs no word of this.
      for (const requestId of ended)
        this.peer.notify('notifications/cancelled', { requestId, reason: 'The server is stopping.' }).catch(() => {});
    }
    await this.peer.close();
  }

  async #idleWithin(ms: number): Promise<boolean> {
    if (this.#running.size === 0) return true;
    let timer: NodeJS.Timeout | undefined;
    const idle = new Promise<true>((resolve) => {
      this.#onidle = () => resolve(true);
    });
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, Math.min(ms, MAX_TIMER_MS), false);
    });
    try {
      return await Promise.race([idle, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What every modern result carries: whether it is the last word, and who says it. */
function complete(result: Params | undefined, revision: Revision): Params {
  return {
    resultType: 'complete',
    ...result,
    _meta: { ...(result?._meta as object | undefined), [MetaKey.ServerInfo]: serverInfo(revision) },
  };
}
