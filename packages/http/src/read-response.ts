import type { HttpBody } from './body.js';
import { type BodyFault, collect } from './collect.js';
import { HttpClientError } from './http-client-error.js';

/** 4 MiB: the largest response body that is read into one piece, unless told otherwise. */
export const DEFAULT_MAX_RESPONSE_BYTES: number = 4 * 1024 * 1024;

export interface ReadResponseOptions {
  /** Past it, the rest is not read, and the connection is given up. Default 4 MiB. */
  maxBytes?: number | undefined;
  /** For the whole body to arrive; 0 for no limit. Default 0. */
  timeoutMs?: number | undefined;
}

/**
 * Reads a response's body into one piece.
 * @throws HttpClientError (as a rejection) `body-too-large`, `body-timeout`, or why the body broke off.
 */
export function readBytes(body: HttpBody, options?: ReadResponseOptions): Promise<Uint8Array> {
  return read(body, options, asItIs);
}

/** Reads a response's body as UTF-8. @throws HttpClientError (as a rejection) what `readBytes` throws, and `body-not-utf8`. */
export function readText(body: HttpBody, options?: ReadResponseOptions): Promise<string> {
  return read(body, options, toText);
}

function read<T>(body: HttpBody, options: ReadResponseOptions | undefined, finish: (bytes: Uint8Array) => T): Promise<T> {
  const { maxBytes = DEFAULT_MAX_RESPONSE_BYTES, timeoutMs = 0 } = options ?? {};
  return collect(body, { maxBytes, timeoutMs, finish, toError: toClientError });
}

function asItIs(bytes: Uint8Array): Uint8Array {
  return bytes;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function toText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new HttpClientError('body-not-utf8', 'The response body is not valid UTF-8.', { cause });
  }
}

/** A body that is not wanted: read to its end if that is near, so that the connection can be used again, and else given up. */
export async function discardBody(body: HttpBody, maxBytes: number = 64 * 1024): Promise<void> {
  await readBytes(body, { maxBytes, timeoutMs: 1_000 }).catch(() => {});
}

function toClientError(fault: BodyFault): HttpClientError {
  switch (fault.kind) {
    case 'too-large':
      return new HttpClientError('body-too-large', `The response body is larger than maxBytes, ${fault.limitBytes}.`);
    case 'timeout':
      return new HttpClientError(
        'body-timeout',
        `The response body did not arrive within ${fault.limitMs} ms; ${fault.bytes} bytes of it came.`,
      );
    case 'truncated':
      return HttpClientError.from(fault.cause, `The response body broke off after ${fault.bytes} bytes`);
  }
}
