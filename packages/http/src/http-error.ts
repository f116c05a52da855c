import { type HttpResponse, type HttpResponseHeaders, textResponse } from './message.js';

/** Why a request was refused. Each code has a heading in this package's README. */
export type HttpErrorCode =
  | 'bad-request'
  | 'body-encoded'
  | 'body-not-utf8'
  | 'body-timeout'
  | 'body-too-large'
  | 'body-truncated'
  | 'body-used'
  | 'refused';

// Symbol.for, not instanceof: a project may hold two copies of this package, and their errors must still agree.
const brand = Symbol.for('mcpwire.HttpError');

/** A request that can't be served, and what to answer. The message goes to the client, so it says nothing of the inside. */
export class HttpError extends Error {
  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  override readonly name = 'HttpError';
  readonly code: HttpErrorCode;
  readonly status: number;
  readonly headers: HttpResponseHeaders | undefined;

  constructor(code: HttpErrorCode, status: number, message: string, options: { headers?: HttpResponseHeaders; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.status = status;
    this.headers = options.headers;
  }

  /** The response that says so, in plain text. */
  toResponse(): HttpResponse {
    return textResponse(this.status, `${this.message}\n`, this.headers);
  }
}

export function isHttpError(value: unknown): value is HttpError {
  return typeof value === 'object' && value !== null && brand in value;
}
