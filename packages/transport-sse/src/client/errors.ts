import { type HttpClientErrorCode, isHttpClientError } from '@mcpwire/http';
import { TransportError, type TransportErrorCode } from '@mcpwire/jsonrpc';

/*
 * The official SDK v2 tells transport errors apart by marks of its own, so that it knows them whichever copy of it threw them; its client
 * decides by them whether a server is a legacy one, and whether to ask its user for credentials. So errors here carry those marks too.
 */
const errorBrands = Symbol.for('mcp.sdk.errorBrands');
const authSeamEscape = Symbol.for('mcp.authSeamEscape');

const EXCERPT_CHARACTERS = 200;

/** An HTTP status that is an error, and the beginning of what came with it. */
export interface StatusDetails {
  status: number;
  text: string;
  [detail: string]: unknown;
}

/** What an error status comes down to: 401, 403, a session that is gone, or one that nothing is known to do about. */
export function statusError(what: string, details: StatusDetails, isPost: boolean): TransportError {
  const { status, text } = details;
  const said = text === '' ? '' : `: ${quote(text)}`;
  const message = `${what} was answered with HTTP ${status}${said}`;
  if (status === 401) return unauthorized(message, details);
  const code: TransportErrorCode =
    status === 403 ? 'forbidden' : isPost && (status === 404 || status === 410) ? 'session-lost' : 'http-status';
  return asSdkHttpError(new TransportError(code, message, { details }), details, ['mcp.SdkError', 'mcp.SdkHttpError']);
}

/** 401. The official SDK knows it by its name, v2's also by `instanceof UnauthorizedError`. */
export function unauthorized(message: string, details: StatusDetails, cause?: unknown): TransportError {
  const error = new TransportError('unauthorized', message, cause === undefined ? { details } : { details, cause });
  Object.defineProperty(error, 'name', { value: 'UnauthorizedError', configurable: true });
  return fromAuthorization(asSdkHttpError(error, details, ['mcp.SdkError', 'mcp.SdkHttpError', 'mcp.UnauthorizedError']));
}

/** Marks what an `authProvider` or the OAuth flow threw: whatever it is, it says nothing about the server's revision. */
export function fromAuthorization<T>(error: T): T {
  if (typeof error === 'object' && error !== null && Object.isExtensible(error)) {
    Object.defineProperty(error, authSeamEscape, { value: true, configurable: true });
  }
  return error;
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

/** The beginning of something from the wire, on its way into a message. */
export function quote(text: string): string {
  const excerpt = text.length > EXCERPT_CHARACTERS ? `${text.slice(0, EXCERPT_CHARACTERS)}…` : text;
  return JSON.stringify(excerpt.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' '));
}

function asSdkHttpError(error: TransportError, details: StatusDetails, brands: readonly string[]): TransportError {
  const { status, text } = details;
  return Object.defineProperties(error, {
    [errorBrands]: { value: new Set(brands), configurable: true },
    data: { value: { status, statusText: '', text }, configurable: true },
    status: { value: status, configurable: true },
    statusText: { value: '', configurable: true },
  });
}
