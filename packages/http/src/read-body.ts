import { type BodyFault, collect } from './collect.js';
import { HttpError } from './http-error.js';
import type { HttpRequest } from './message.js';

/** 4 MiB: the largest request body that is read, unless told otherwise. */
export const DEFAULT_MAX_BODY_BYTES: number = 4 * 1024 * 1024;
/** How long a request body may take to arrive, unless told otherwise. */
export const DEFAULT_BODY_TIMEOUT_MS = 60_000;

export interface ReadBodyOptions {
  /** Past it: 413, nothing more is read, and the connection is closed. Default 4 MiB. */
  maxBodyBytes?: number | undefined;
  /** For the whole body to arrive. Past it: 408, and the connection is closed. 0 for no limit. Default 60 s. */
  bodyTimeoutMs?: number | undefined;
}

/**
 * Reads a request's body.
 * @throws HttpError (as a rejection) `body-too-large` 413, `body-timeout` 408, `body-encoded` 415 for a compressed body,
 *   `body-truncated` 400 when the client went before it had sent all, `body-used` 500 when somebody has read it before.
 */
export function readBody(request: HttpRequest, options?: ReadBodyOptions): Promise<Uint8Array> {
  return read(request, options, asItIs);
}

/**
 * Reads a request's body as UTF-8. A byte order mark is taken off.
 * @throws HttpError (as a rejection) what `readBody` throws, and `body-not-utf8` 400.
 */
export function readBodyText(request: HttpRequest, options?: ReadBodyOptions): Promise<string> {
  return read(request, options, toText);
}

function read<T>(request: HttpRequest, options: ReadBodyOptions | undefined, finish: (bytes: Uint8Array) => T): Promise<T> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') return Promise.reject(encoded());
  const maxBytes = options?.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
  const timeoutMs = options?.bodyTimeoutMs ?? DEFAULT_BODY_TIMEOUT_MS;
  return collect(request.body, { maxBytes, timeoutMs, finish, toError: toHttpError });
}

function asItIs(bytes: Uint8Array): Uint8Array {
  return bytes;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function toText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new HttpError('body-not-utf8', 400, 'The body is not valid UTF-8.', { cause });
  }
}

function encoded(): HttpError {
  return new HttpError('body-encoded', 415, 'Compressed request bodies are not taken: send it without Content-Encoding.', {
    // RFC 9110 section 12.5.3: in a response, it says which codings the next request may use.
    headers: { 'accept-encoding': 'identity' },
  });
}

function toHttpError(fault: BodyFault): HttpError {
  switch (fault.kind) {
    case 'too-large':
      return new HttpError('body-too-large', 413, `The body is larger than the ${fault.limitBytes} bytes that this server takes.`);
    case 'timeout':
      return new HttpError('body-timeout', 408, `The body did not arrive within ${fault.limitMs} ms; ${fault.bytes} bytes of it came.`);
    case 'truncated':
      return new HttpError('body-truncated', 400, `The body broke off after ${fault.bytes} bytes.`, { cause: fault.cause });
  }
}
