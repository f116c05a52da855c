import type { JsonRpcErrorObject, JsonRpcErrorResponse, RequestId } from './message.js';

/** The error codes that JSON-RPC 2.0 itself defines (section 5.1, "Error object"). */
export const ErrorCode = {
  /** The bytes are not JSON. */
  ParseError: -32700,
  /** JSON, but not a request, notification or response. */
  InvalidRequest: -32600,
  /** No handler for this method. */
  MethodNotFound: -32601,
  /** The method does not take these params. */
  InvalidParams: -32602,
  /** The handler failed. */
  InternalError: -32603,
} as const;

/**
 * Codes for failures on this side that have to be shown as a JSON-RPC error. They lie outside the range that JSON-RPC
 * and MCP reserve (-32768 to -32000), so that they are never mistaken for something the peer said (MCP 2026-07-28, "Error Codes").
 */
export const LocalErrorCode = {
  /** More requests in flight than the receiver's `maxInFlight`. */
  TooManyRequests: -31001,
  /** The process or connection that had this request ended before it answered. */
  ConnectionLost: -31002,
} as const;

// Symbol.for, not instanceof: a project may hold two copies of this package, and their errors must still agree.
const jsonRpcErrorBrand = Symbol.for('mcpwire.JsonRpcError');
const transportErrorBrand = Symbol.for('mcpwire.TransportError');

/**
 * An error that came from the wire or goes onto it: a number, a sentence and optional data. Throw one from a handler to
 * choose what the other side sees. `id` is set when the error answers a particular request.
 */
export class JsonRpcError extends Error {
  static {
    Object.defineProperty(this.prototype, jsonRpcErrorBrand, { value: true });
  }

  override readonly name = 'JsonRpcError';
  readonly code: number;
  readonly data: unknown;
  readonly id: RequestId | undefined;

  constructor(code: number, message: string, options: { data?: unknown; id?: RequestId | undefined; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.data = options.data;
    this.id = options.id;
  }

  /** The error a response carries. */
  static fromResponse(response: JsonRpcErrorResponse): JsonRpcError {
    const { code, message, data } = response.error;
    return new JsonRpcError(code, message, { data, id: response.id });
  }

  /**
   * What to answer when a handler threw `error`: its own code and data if it has an integer `code` and a `message` (errors
   * of other JSON-RPC libraries fit), otherwise -32603 with the error's message and nothing of its stack. Never throws.
   */
  static from(error: unknown): JsonRpcError {
    try {
      if (isJsonRpcError(error)) return error;
      // A DOMException's code is a relic of another numbering: 20 for an aborted fetch.
      if (typeof error === 'object' && error !== null && !(error instanceof DOMException)) {
        const { code, message, data } = error as { code?: unknown; message?: unknown; data?: unknown };
        if (Number.isSafeInteger(code) && typeof message === 'string')
          return new JsonRpcError(code as number, message, { data, cause: error });
      }
    } catch {
      // Its members cannot be read; neither can its message.
    }
    return new JsonRpcError(ErrorCode.InternalError, messageOf(error), { cause: error });
  }

  toObject(): JsonRpcErrorObject {
    const { code, message, data } = this;
    return data === undefined ? { code, message } : { code, message, data };
  }

  /** The response that tells the sender. Without a readable id it carries none (MCP 2025-11-25, "Responses"). */
  toResponse(id: RequestId | undefined = this.id): JsonRpcErrorResponse {
    return id === undefined ? { jsonrpc: '2.0', error: this.toObject() } : { jsonrpc: '2.0', id, error: this.toObject() };
  }
}

/** What went wrong on this side of the wire. Each code has a heading in this package's README. */
export type TransportErrorCode =
  | 'aborted'
  | 'already-started'
  | 'bad-endpoint'
  | 'bad-response'
  | 'closed'
  | 'duplicate-id'
  | 'encode-failed'
  | 'forbidden'
  | 'handler-failed'
  | 'http-status'
  | 'malformed-message'
  | 'message-too-large'
  | 'not-started'
  | 'not-supported'
  | 'peer-gone'
  | 'queue-overflow'
  | 'read-failed'
  | 'session-lost'
  | 'spawn-failed'
  | 'timeout'
  | 'truncated-message'
  | 'unauthorized'
  | 'unknown-response'
  | 'write-failed';

/**
 * A failure on this side: never on the wire, never with a JSON-RPC number. `cause` holds what lay beneath, `details` the
 * figures that the message names (a limit, a size in bytes, an excerpt).
 */
export class TransportError extends Error {
  static {
    Object.defineProperty(this.prototype, transportErrorBrand, { value: true });
  }

  override readonly name = 'TransportError';
  readonly code: TransportErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: TransportErrorCode, message: string, options?: { cause?: unknown; details?: Readonly<Record<string, unknown>> }) {
    super(message, options);
    this.code = code;
    this.details = options?.details;
  }
}

/** The message of whatever was thrown. Never throws, as `String` does for an object without a prototype. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return 'something was thrown that cannot be shown as text';
  }
}

export function isJsonRpcError(value: unknown): value is JsonRpcError {
  return typeof value === 'object' && value !== null && jsonRpcErrorBrand in value;
}

export function isTransportError(value: unknown): value is TransportError {
  return typeof value === 'object' && value !== null && transportErrorBrand in value;
}
