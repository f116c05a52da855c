import { MetaKey, REVISION_FEATURES, type Revision } from '@mcpwire/protocol';
import type { Connection } from './connection.js';
import type { JsonObject, JsonValue, Received } from './inbox.js';
import { Breach } from './verdict.js';
import { PACKAGE_VERSION } from './version.js';

/** How the suite introduces itself. */
export const CLIENT_INFO: JsonObject = { name: 'mcp-conformance', version: PACKAGE_VERSION };

/** The least that is waited for an answer, whatever the ones before took; and how many times the slowest of those. */
const MIN_PATIENCE_MS = 2_000;
const PATIENCE = 10;

export interface RequestOptions {
  /** Default: the next of the session's own ids. */
  readonly id?: JsonValue;
  /** How long to wait for the answer; default: the run's `timeoutMs`. */
  readonly withinMs?: number;
  /** More members for `_meta`, or other values for the ones that are there by themselves (2026-07-28). */
  readonly meta?: JsonObject;
}

export interface SessionOptions {
  readonly revision: Revision;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** How long the server took for its slowest answer so far: starting it, as a rule. Without it, `timeoutMs` is waited for each answer. */
  readonly slowestMs?: number | undefined;
  /** What the client says it can do. Default: nothing, so that the server has nothing to ask for. */
  readonly clientCapabilities?: JsonObject;
}

/**
 * Requests and notifications over a raw connection, in the terms of one revision: 2026-07-28 puts version and capabilities into each
 * request, the ones before begin with a handshake. What it sends is always right; for what is wrong on purpose there is
 * `connection.sendText`.
 */
export class Session<C extends Connection = Connection> {
  readonly connection: C;
  readonly revision: Revision;
  /** The result of `initialize`, or of `server/discover`, as it came; undefined before the handshake. */
  greeting: JsonObject | undefined;
  readonly #options: SessionOptions;
  #nextId = 1;
  #slowestMs: number | undefined;

  constructor(connection: C, options: SessionOptions) {
    this.#slowestMs = options.slowestMs;
    this.connection = connection;
    this.revision = options.revision;
    this.#options = options;
  }

  /** A mark for `messagesSince`: how many messages have come so far. */
  get mark(): number {
    return this.connection.inbox.messages.length;
  }

  /** Everything that came since `mark`. */
  messagesSince(mark: number): Received[] {
    return this.connection.inbox.messages.slice(mark);
  }

  /** An id that this connection has not seen. */
  nextId(): number {
    while (this.connection.sent.ids.has(this.#nextId)) this.#nextId++;
    return this.#nextId++;
  }

  /** A request as the revision wants it, for `connection.send`. */
  createRequest(method: string, params?: JsonObject, options: RequestOptions = {}): JsonObject & { id: JsonValue } {
    const id = options.id ?? this.nextId();
    const own = this.#withMeta(params, options.meta);
    return own ? { jsonrpc: '2.0', id, method, params: own } : { jsonrpc: '2.0', id, method };
  }

  createNotification(method: string, params?: JsonObject): JsonObject {
    return params ? { jsonrpc: '2.0', method, params } : { jsonrpc: '2.0', method };
  }

  /** A request that every server has to answer with a result, whatever it offers: `ping`, or `server/discover` from 2026-07-28 on. */
  get livenessMethod(): 'ping' | 'server/discover' {
    return REVISION_FEATURES[this.revision].discover ? 'server/discover' : 'ping';
  }

  /**
   * Sends a request and waits for what answers it: a message with its very id, type included.
   *
   * @throws Breach when none comes in time, or the server ends first.
   */
  async request(method: string, params?: JsonObject, options: RequestOptions = {}): Promise<JsonObject> {
    const request = this.createRequest(method, params, options);
    const mark = this.mark;
    await this.connection.send(request);
    return this.answerTo(request.id, { mark, method, ...(options.withinMs !== undefined && { withinMs: options.withinMs }) });
  }

  /**
   * Waits for the answer to a request that was sent before.
   *
   * @throws Breach when none comes in time, or the server ends first.
   */
  async answerTo(id: JsonValue, options: { mark: number; method: string; withinMs?: number }): Promise<JsonObject> {
    const { inbox } = this.connection;
    const withinMs = options.withinMs ?? this.#patienceMs();
    const startedAt = performance.now();
    const found = await inbox.find((received) => isResponseTo(received.message, id), {
      from: options.mark,
      withinMs,
      until: () => this.connection.unanswered?.(id) !== undefined,
      ...(this.#options.signal && { signal: this.#options.signal }),
    });
    if (found) {
      this.#slowestMs = Math.max(this.#slowestMs ?? 0, performance.now() - startedAt);
      return found.message;
    }
    const seen = this.messagesSince(options.mark).map(({ message }) => message);
    if (inbox.ended !== undefined) {
      throw new Breach(`${options.method} was not answered: ${inbox.ended}`, {
        expected: `a response with id ${show(id)}`,
        received: seen,
      });
    }
    const unanswered = this.connection.unanswered?.(id);
    if (unanswered !== undefined) {
      throw new Breach(`${options.method} was not answered: ${unanswered}`, {
        expected: `a response with id ${show(id)}`,
        received: seen.length > 0 ? seen : unanswered,
      });
    }
    const fault = inbox.faults.at(-1);
    if (seen.length === 0 && fault) {
      throw new Breach(`${options.method} was not answered within ${Math.round(withinMs)} ms; a line that came ${fault.why}`, {
        expected: `a response with id ${show(id)}`,
        received: fault.text,
      });
    }
    const echo = seen.find((message) => message.method === options.method && message.id === id);
    const near = echo ?? seen.find((message) => 'id' in message && !('method' in message));
    const why = echo ? '; what came is the request itself' : near ? `; what came has the id ${show(near.id)}, not ${show(id)}` : '';
    throw new Breach(`${options.method} was not answered within ${Math.round(withinMs)} ms${why}`, {
      expected: `a response with id ${show(id)}`,
      received: near ?? (seen.length > 0 ? seen : 'nothing'),
    });
  }

  /** The result of a request. @throws Breach when the answer is an error, or none comes. */
  async result(method: string, params?: JsonObject, options: RequestOptions = {}): Promise<JsonObject> {
    return resultOf(await this.request(method, params, options), method);
  }

  async notify(method: string, params?: JsonObject): Promise<void> {
    await this.connection.send(this.createNotification(method, params));
  }

  /** The server answers: `after` is what it has to survive, as in 'after a line that is no JSON'. @throws Breach otherwise. */
  async alive(after?: string, options: RequestOptions = {}): Promise<void> {
    try {
      await this.result(this.livenessMethod, undefined, options);
    } catch (error) {
      if (!(error instanceof Breach) || after === undefined) throw error;
      throw new Breach(`${after}, the server no longer serves: ${error.message}`, error.evidence);
    }
  }

  /** Does what comes first: the handshake, or (2026-07-28) asking for what the server offers. @throws Breach when it fails. */
  async open(): Promise<JsonObject> {
    this.greeting = REVISION_FEATURES[this.revision].initialize ? await this.#initialize() : await this.result('server/discover');
    return this.greeting;
  }

  /** What the server says it can do; empty before `open`, and when it says nothing that can be read. */
  get capabilities(): JsonObject {
    const { capabilities } = this.greeting ?? {};
    return isObject(capabilities) ? capabilities : {};
  }

  /** The params of this session's `initialize`. */
  get initializeParams(): JsonObject {
    return {
      protocolVersion: this.revision,
      capabilities: this.#options.clientCapabilities ?? {},
      clientInfo: CLIENT_INFO,
    };
  }

  async #initialize(): Promise<JsonObject> {
    this.connection.declared = this.#options.clientCapabilities ?? {};
    const result = await this.result('initialize', this.initializeParams);
    if (result.protocolVersion !== this.revision) {
      throw new Breach(`initialize with ${this.revision} agreed on another version`, {
        expected: this.revision,
        received: result.protocolVersion,
      });
    }
    this.connection.agreed?.(this.revision);
    await this.notify('notifications/initialized');
    return result;
  }

  /** Who has answered at once so far, and now takes seconds, does not answer: that need not take all of the time limit to see. */
  #patienceMs(): number {
    const { timeoutMs } = this.#options;
    return this.#slowestMs === undefined ? timeoutMs : Math.min(timeoutMs, Math.max(MIN_PATIENCE_MS, PATIENCE * this.#slowestMs));
  }

  #withMeta(params: JsonObject | undefined, more: JsonObject | undefined): JsonObject | undefined {
    const own = isObject(params?._meta) ? params._meta : {};
    if (!REVISION_FEATURES[this.revision].requestMeta) return more ? { ...params, _meta: { ...own, ...more } } : params;
    const _meta: JsonObject = {
      [MetaKey.ProtocolVersion]: this.revision,
      [MetaKey.ClientInfo]: CLIENT_INFO,
      [MetaKey.ClientCapabilities]: this.#options.clientCapabilities ?? {},
      ...own,
      ...more,
    };
    return { ...params, _meta };
  }
}

/** Whether this is a response, result or error, to the request with this id: the same value of the same type. */
export function isResponseTo(message: JsonObject, id: JsonValue): boolean {
  return !('method' in message) && 'id' in message && message.id === id;
}

/** @throws Breach when the response is an error. */
export function resultOf(response: JsonObject, method: string): JsonObject {
  if ('error' in response) throw new Breach(`${method} was answered with an error`, { expected: 'a result', received: response });
  if (!isObject(response.result)) {
    throw new Breach(`the response to ${method} has no result that is an object`, { expected: { result: {} }, received: response });
  }
  return response.result;
}

/** The error of a response. @throws Breach when it is a result. */
export function errorOf(response: JsonObject, what: string): JsonObject {
  if (!isObject(response.error)) {
    throw new Breach(`${what} was not answered with an error`, { expected: 'a response with an error', received: response });
  }
  return response.error;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: JsonValue | undefined): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
