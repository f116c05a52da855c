import { type HttpClientError, isHttpClientError } from '@mcpwire/http';
import { markHttpError, type StatusDetails } from '@mcpwire/http/client/transport-parts';
import { TransportError, type TransportErrorCode } from '@mcpwire/jsonrpc';

/** The server's answer was an error. */
export function statusError(
  code: Extract<TransportErrorCode, 'forbidden' | 'http-status' | 'session-lost'>,
  message: string,
  details: StatusDetails,
  cause?: unknown,
): TransportError {
  return markHttpError(new TransportError(code, message, cause === undefined ? { details } : { details, cause }), details);
}

/**
 * What came is no valid reply. Its name is that of what `JSON.parse` throws, by which SDK v2 knows a server that answers, but not with MCP.
 */
export function badResponse(message: string, options?: { cause?: unknown; details?: Readonly<Record<string, unknown>> }): TransportError {
  const error = new TransportError('bad-response', message, options);
  return Object.defineProperty(error, 'name', { value: 'SyntaxError', configurable: true });
}

const fromClientCode: Readonly<Record<HttpClientError['code'], TransportErrorCode>> = {
  aborted: 'aborted',
  'bad-request': 'encode-failed',
  'bad-response': 'bad-response',
  'body-not-utf8': 'bad-response',
  'body-timeout': 'timeout',
  'body-too-large': 'message-too-large',
  closed: 'closed',
  'connect-failed': 'peer-gone',
  'connection-lost': 'peer-gone',
  'headers-timeout': 'timeout',
  'redirect-hidden': 'bad-response',
  'request-failed': 'write-failed',
};

/** What an exchange that brought no whole reply comes down to. */
export function toTransportError(thrown: unknown): Error {
  if (!isHttpClientError(thrown)) return thrown instanceof Error ? thrown : new TransportError('write-failed', String(thrown));
  const code = fromClientCode[thrown.code];
  if (code === 'bad-response') return badResponse(thrown.message, { cause: thrown });
  if (code === 'closed') return new TransportError('closed', 'The transport is closed.', { cause: thrown });
  const error = new TransportError(code, thrown.message, { cause: thrown.code === 'aborted' ? thrown.cause : thrown });
  // In a browser, what CORS forbids is a TypeError without a word; SDK v2 then tries the headers of legacy revisions.
  if (thrown.code === 'request-failed' && thrown.cause instanceof TypeError) {
    Object.defineProperty(error, 'name', { value: 'TypeError', configurable: true });
  }
  return error;
}

/** A callback of the user's has thrown. */
export function handlerFailed(which: string, cause: unknown): TransportError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new TransportError('handler-failed', `${which} threw${why}`, { cause });
}
