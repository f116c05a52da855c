import {
  type CloseReason,
  isTransportError,
  type JsonRpcMessage,
  type MessageContext,
  type SendOptions,
  type StartOptions,
  type Transport,
  TransportError,
} from '@mcpwire/jsonrpc';
import { isModernErrorCode } from '@mcpwire/protocol';
import type { Decision } from './decision.js';

export interface FallbackOptions {
  /** Tried first. */
  readonly streamableHttp: Transport;
  /** Makes the transport that is used when the server refuses `initialize` as a server does that has only HTTP+SSE. */
  readonly createSse: () => Transport;
  readonly ondecision?: ((decision: Decision) => void) | undefined;
}

/**
 * A transport over Streamable HTTP that becomes one over HTTP+SSE if the server turns out to have nothing else: when it answers the POST
 * of `initialize` with 400, 404 or 405 and no error of a modern server. Everything else is passed on as it is.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#backward-compatibility
 */
export class FallbackTransport implements Transport {
  readonly #options: FallbackOptions;
  #inner: Transport;
  #decision: Decision | undefined;
  /** While the other transport is being opened: what is sent meanwhile waits for it. */
  #falling: Promise<void> | undefined;
  #started = false;
  readonly #closing = new AbortController();
  #closed = false;
  #protocolVersion: string | undefined;
  #supportedVersions: string[] | undefined;
  #onmessage: Transport['onmessage'];
  #onerror: Transport['onerror'];
  #onclose: Transport['onclose'];

  constructor(options: FallbackOptions) {
    this.#options = options;
    this.#inner = options.streamableHttp;
    this.#adopt(this.#inner);
  }

  /** What was found out about the server; undefined until it has answered. */
  get decision(): Decision | undefined {
    return this.#decision;
  }

  /** The transport in use: for what only the one or the other can do. It may be another one after `decision` is set. */
  get current(): Transport {
    return this.#inner;
  }

  get onmessage(): ((message: JsonRpcMessage, context?: MessageContext) => void) | undefined {
    return this.#onmessage;
  }
  set onmessage(handler: ((message: JsonRpcMessage, context?: MessageContext) => void) | undefined) {
    this.#onmessage = handler;
    this.#inner.onmessage = handler;
  }

  get onerror(): ((error: Error) => void) | undefined {
    return this.#onerror;
  }
  set onerror(handler: ((error: Error) => void) | undefined) {
    this.#onerror = handler;
    this.#inner.onerror = handler;
  }

  get onclose(): ((reason?: CloseReason) => void) | undefined {
    return this.#onclose;
  }
  set onclose(handler: ((reason?: CloseReason) => void) | undefined) {
    this.#onclose = handler;
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  get closeReason(): CloseReason | undefined {
    return this.#inner.closeReason;
  }

  get hasPerRequestStream(): boolean {
    return this.#inner.hasPerRequestStream ?? false;
  }

  setProtocolVersion(version: string): void {
    this.#protocolVersion = version;
    this.#inner.setProtocolVersion?.(version);
  }

  setSupportedProtocolVersions(versions: string[]): void {
    this.#supportedVersions = versions;
    this.#inner.setSupportedProtocolVersions?.(versions);
  }

  start(options?: StartOptions): Promise<void> {
    this.#started = true;
    return this.#inner.start(options);
  }

  async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    if (this.#falling) await this.#falling;
    if (this.#decision || !this.#started) return this.#inner.send(message, options);
    const from = this.#inner;
    try {
      await from.send(message, options);
    } catch (error) {
      // Sent side by side with the one that has settled it meanwhile.
      if (this.#decision || this.#closing.signal.aborted) throw error;
      if (!('method' in message) || message.method !== 'initialize' || !isRefusalOfOldServer(error)) throw error;
      this.#falling = this.#fallBack(error).finally(() => {
        this.#falling = undefined;
      });
      await this.#falling;
      return this.#inner.send(message, options);
    }
    this.#decide({
      transport: 'streamable-http',
      because: 'answered',
      reason: `The server took ${'method' in message ? `the POST of ${message.method}` : 'a POST'}, as servers with Streamable HTTP do.`,
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#falling?.catch(() => {});
    await this.#inner.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #fallBack(cause: TransportError): Promise<void> {
    const refused = this.#inner;
    const sse = this.#options.createSse();
    if (this.#supportedVersions) sse.setSupportedProtocolVersions?.(this.#supportedVersions);
    if (this.#protocolVersion !== undefined) sse.setProtocolVersion?.(this.#protocolVersion);
    try {
      await sse.start({ signal: this.#closing.signal });
    } catch (error) {
      await sse.close();
      if (this.#closing.signal.aborted) throw new TransportError('closed', 'The transport was closed meanwhile.', { cause });
      // What the user has to know is what the first answer was; that there is no SSE either is only the reason to stop here.
      throw new AggregateError([cause, error], `Neither Streamable HTTP (${cause.message}) nor HTTP+SSE (${messageOf(error)})`, { cause });
    }
    this.#inner = sse;
    this.#adopt(sse);
    await refused.close();
    this.#decide({
      transport: 'sse',
      because: 'fallback',
      reason: `The server refused the POST of initialize (${cause.message}) and sent an endpoint event, as servers with HTTP+SSE do.`,
      cause,
    });
  }

  #adopt(inner: Transport): void {
    inner.onmessage = this.#onmessage;
    inner.onerror = this.#onerror;
    inner.onclose = (reason) => {
      // The end of the one that was given up is not the end of the connection.
      if (inner !== this.#inner || this.#closed) return;
      this.#closed = true;
      this.#onclose?.(reason);
    };
  }

  #decide(decision: Decision): void {
    if (this.#decision) return;
    this.#decision = decision;
    this.#options.ondecision?.(decision);
  }
}

/** 400, 404 or 405, and nothing in it that only a modern server says. */
function isRefusalOfOldServer(error: unknown): error is TransportError {
  if (!isTransportError(error) || error.code !== 'http-status') return false;
  const { status, text } = (error.details ?? {}) as { status?: number; text?: string };
  if (status !== 400 && status !== 404 && status !== 405) return false;
  const code = errorCodeIn(text);
  return code === undefined || !isModernErrorCode(code, status);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function errorCodeIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown } };
    return typeof error?.code === 'number' ? error.code : undefined;
  } catch {
    return undefined;
  }
}
