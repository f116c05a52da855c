/** What went wrong with a request of ours. Each code has a heading in this package's README. */
export type HttpClientErrorCode =
  | 'aborted'
  | 'bad-request'
  | 'bad-response'
  | 'body-not-utf8'
  | 'body-timeout'
  | 'body-too-large'
  | 'closed'
  | 'connect-failed'
  | 'connection-lost'
  | 'headers-timeout'
  | 'redirect-hidden'
  | 'request-failed';

// Symbol.for, not instanceof: a project may hold two copies of this package, and their errors must still agree.
const brand = Symbol.for('mcpwire.HttpClientError');

/** A request that did not come to its end. A response with whatever status is none of these. `cause` holds what lay beneath. */
export class HttpClientError extends Error {
  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  override readonly name = 'HttpClientError';
  readonly code: HttpClientErrorCode;

  constructor(code: HttpClientErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** What `error`, of undici, Node or a `fetch`, comes down to. */
  static from(error: unknown, what: string): HttpClientError {
    if (isHttpClientError(error)) return error;
    const beneath = error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
    const { cause } = (beneath ?? {}) as { cause?: unknown };
    const systemCode = codeOf(beneath) ?? codeOf(cause);
    const code = (systemCode === undefined ? (fromName(beneath) ?? fromName(cause)) : fromSystemCode(systemCode)) ?? 'request-failed';
    const source = codeOf(beneath) === undefined && cause instanceof Error ? cause : beneath;
    const reason = source instanceof Error && source.message !== '' ? source.message : (systemCode ?? String(source));
    return new HttpClientError(code, `${what}: ${reason}`, { cause: error });
  }
}

export function isHttpClientError(value: unknown): value is HttpClientError {
  return typeof value === 'object' && value !== null && brand in value;
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** The one table from the codes of Node and undici to ours. */
const fromCode: Readonly<Record<string, HttpClientErrorCode>> = {
  ECONNREFUSED: 'connect-failed',
  ENOTFOUND: 'connect-failed',
  EAI_AGAIN: 'connect-failed',
  EHOSTUNREACH: 'connect-failed',
  ENETUNREACH: 'connect-failed',
  ETIMEDOUT: 'connect-failed',
  EPROTO: 'connect-failed',
  UND_ERR_CONNECT_TIMEOUT: 'connect-failed',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'connect-failed',
  SELF_SIGNED_CERT_IN_CHAIN: 'connect-failed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'connect-failed',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'connect-failed',
  CERT_HAS_EXPIRED: 'connect-failed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'connect-failed',
  UND_ERR_HEADERS_TIMEOUT: 'headers-timeout',
  UND_ERR_BODY_TIMEOUT: 'body-timeout',
  ECONNRESET: 'connection-lost',
  EPIPE: 'connection-lost',
  UND_ERR_SOCKET: 'connection-lost',
  // HTTP/2: the stream, or the session, was ended by the other side.
  UND_ERR_INFO: 'connection-lost',
  ERR_HTTP2_STREAM_ERROR: 'connection-lost',
  ERR_HTTP2_SESSION_ERROR: 'connection-lost',
  ERR_HTTP2_STREAM_CANCEL: 'connection-lost',
  ERR_HTTP2_GOAWAY_SESSION: 'connection-lost',
  UND_ERR_HEADERS_OVERFLOW: 'bad-response',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'bad-response',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'bad-request',
  UND_ERR_INVALID_ARG: 'bad-request',
  UND_ERR_CLOSED: 'closed',
  UND_ERR_DESTROYED: 'closed',
};

function fromSystemCode(code: string): HttpClientErrorCode | undefined {
  return Object.hasOwn(fromCode, code) ? fromCode[code] : code.startsWith('HPE_') ? 'bad-response' : undefined;
}

/** Some errors have no code: those of undici's parser, and Deno's. */
function fromName(error: unknown): HttpClientErrorCode | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'HTTPParserError') return 'bad-response';
  return error.message.includes('client error (Connect)') ? 'connect-failed' : undefined;
}
