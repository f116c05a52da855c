import { type HttpClientErrorCode, isHttpClientError } from '@mcpwire/http';
import { describeStatus, markHttpError, type StatusDetails } from '@mcpwire/http/client/transport-parts';
import { TransportError, type TransportErrorCode } from '@mcpwire/jsonrpc';

/** What an error status, other than 401, comes down to: 403, a session that is gone, or one that nothing is known to do about. */
export function statusError(what: string, details: StatusDetails, isPost: boolean): TransportError {
  const { status, text } = details;
  const code: TransportErrorCode =
    status === 403 ? 'forbidden' : isPost && (status === 404 || status === 410) ? 'session-lost' : 'http-status';
  return markHttpError(new TransportError(code, describeStatus(what, status, text), { details }), details);
}

const fromClientCode: Readonly<Record<HttpClientErrorCode, TransportErrorCode>> = {
  aborted: 'aborted',
  'bad-request': 'write-failed',
  'bad-response': 'bad-response',
  'body-not-utf8': 'bad-response',
  'body-timeout': 'timeout',
  'body-too-large': 'bad-response',
  closed: 'closed',
  'connect-failed': 'peer-gone',
  'connection-lost': 'peer-gone',
  'headers-timeout': 'timeout',
  'redirect-hidden': 'bad-response',
  'request-failed': 'write-failed',
};

/** What an exchange that brought no response comes down to. What the caller's own code threw stays what it is. */
export function toTransportError(thrown: unknown): Error {
  if (!isHttpClientError(thrown)) return thrown instanceof Error ? thrown : new TransportError('write-failed', String(thrown));
  return new TransportError(fromClientCode[thrown.code], thrown.message, { cause: thrown });
}
