import { type HttpClientError, type HttpClientResponse, isHttpClientError } from '@mcpwire/http';
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

/** The server's answer was an error. */
export function statusError(
  code: Extract<TransportErrorCode, 'forbidden' | 'http-status' | 'session-lost'>,
  message: string,
  details: StatusDetails,
  cause?: unknown,
): TransportError {
  const error = new TransportError(code, message, cause === undefined ? { details } : { details, cause });
  return asSdkHttpError(error, details, ['mcp.SdkError', 'mcp.SdkHttpError']);
}

/** 401. The official SDK knows it by its name, v2's also by `instanceof UnauthorizedError`. */
export function unauthorized(message: string, details: StatusDetails, cause?: unknown): TransportError {
  const error = new TransportError('unauthorized', message, cause === undefined ? { details } : { details, cause });
  Object.defineProperty(error, 'name', { value: 'UnauthorizedError', configurable: true });
  asSdkHttpError(error, details, ['mcp.SdkError', 'mcp.SdkHttpError', 'mcp.UnauthorizedError']);
  return fromAuthorization(error);
}

/** 403 with `insufficient_scope`. v2 knows it by `instanceof InsufficientScopeError`. */
export function insufficientScope(
  message: string,
  details: StatusDetails & {
    requiredScope: string | undefined;
    resourceMetadataUrl: URL | undefined;
    errorDescription: string | undefined;
  },
): TransportError {
  const error = new TransportError('forbidden', message, { details });
  const { requiredScope, resourceMetadataUrl, errorDescription } = details;
  asSdkHttpError(error, details, ['mcp.SdkError', 'mcp.SdkHttpError', 'mcp.OAuthClientFlowError', 'mcp.InsufficientScopeError']);
  return fromAuthorization(Object.assign(error, { requiredScope, resourceMetadataUrl, errorDescription }));
}

/** Marks what an `authProvider` or the OAuth flow threw: whatever it is, it says nothing about the server's revision. */
export function fromAuthorization<T>(error: T): T {
  if (typeof error === 'object' && error !== null && Object.isExtensible(error)) {
    Object.defineProperty(error, authSeamEscape, { value: true, configurable: true });
  }
  return error;
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

/** A sentence about a response: what was asked, and how it was answered. */
export function describeStatus(method: string, { status }: Pick<HttpClientResponse, 'status'>, text: string): string {
  const said = text === '' ? '' : `: ${quote(text)}`;
  return `${method} was answered with HTTP ${status}${said}`;
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

/** A callback of the user's has thrown. */
export function handlerFailed(which: string, cause: unknown): TransportError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new TransportError('handler-failed', `${which} threw${why}`, { cause });
}
