import {
  type CloseReason,
  isJsonRpcError,
  type JsonRpcMessage,
  type MessageContext,
  parse,
  type SendOptions,
  type StartOptions,
  type Transport,
  TransportError,
} from '@mcpwire/jsonrpc';

type OnMessage = NonNullable<Transport['onmessage']>;

/**
 * A transport that passes everything on, faultlessly. Each broken transport is a subclass that overrides one thing.
 * `message`, `error` and `ended` are the ways in; `start`, `send` and `close` the ways out.
 */
export class Forwarding implements Transport {
  readonly inner: Transport;
  onerror: ((error: Error) => void) | undefined;
  onclose: ((reason?: CloseReason) => void) | undefined;
  sessionId: string | undefined;
  #onmessage: OnMessage | undefined;

  constructor(inner: Transport) {
    this.inner = inner;
    inner.onerror = (error) => this.error(error);
    inner.onclose = (reason) => this.ended(reason);
  }

  get onmessage(): OnMessage | undefined {
    return this.#onmessage;
  }

  set onmessage(handler: OnMessage | undefined) {
    this.#onmessage = handler;
    this.listen(handler);
  }

  get closeReason(): CloseReason | undefined {
    return this.inner.closeReason;
  }

  start(options?: StartOptions): Promise<void> {
    return this.inner.start(options);
  }

  send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    return this.inner.send(message, options);
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Called when `onmessage` is set or unset. Unset here is unset inside, so that the inner transport holds what comes. */
  protected listen(handler: OnMessage | undefined): void {
    this.inner.onmessage = handler && ((message, context) => this.message(message, context));
  }

  /** A message has come. What this throws, the inner transport reports. */
  protected message(message: JsonRpcMessage, context?: MessageContext): void {
    this.#onmessage?.(message, context);
  }

  protected error(error: Error): void {
    this.onerror?.(error);
  }

  protected ended(reason: CloseReason | undefined): void {
    this.onclose?.(reason);
  }

  /** The medium brought these bytes as a message's content. */
  raw(payload: Uint8Array): void {
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(payload);
    } catch (cause) {
      this.garbage(new TransportError('malformed-message', 'Not UTF-8', { cause }));
      return;
    }
    const parsed = parse(text);
    if (Array.isArray(parsed)) this.garbage(new TransportError('malformed-message', 'A batch'));
    else if (isJsonRpcError(parsed)) this.garbage(new TransportError('malformed-message', parsed.message, { cause: parsed }), text);
    else this.message(parsed);
  }

  /** What came is no message. */
  protected garbage(error: Error, _text?: string): void {
    this.error(error);
  }
}
