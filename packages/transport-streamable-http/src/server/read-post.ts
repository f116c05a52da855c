import { accepts, type HttpRequest, isHttpError, isMediaType, readBodyText } from '@mcpwire/http';
import { check, ErrorCode, isJsonRpcError, JsonRpcError, type Parsed, parse } from '@mcpwire/jsonrpc';
import { Refusal, toJsonRpcError } from './refusal.js';

export interface ReadPostOptions {
  /** Past it: 413, and the connection is closed. Default 4 MiB. */
  maxBodyBytes?: number | undefined;
  /** For the whole body to arrive. Past it: 408, and the connection is closed. 0 for no limit. Default 60 s. */
  bodyTimeoutMs?: number | undefined;
  /** Messages that a batch may hold. Past it: 400. Default 100. */
  maxBatchLength?: number | undefined;
}

/** @throws RangeError for a limit that is none */
export function assertReadPostOptions({ maxBodyBytes, bodyTimeoutMs, maxBatchLength }: ReadPostOptions): void {
  if (maxBodyBytes !== undefined && !(maxBodyBytes > 0))
    throw new RangeError(`maxBodyBytes must be a positive number, not ${maxBodyBytes}`);
  if (bodyTimeoutMs !== undefined && !(bodyTimeoutMs >= 0))
    throw new RangeError(`bodyTimeoutMs must be zero or more, not ${bodyTimeoutMs}`);
  if (maxBatchLength !== undefined && !(maxBatchLength > 0)) {
    throw new RangeError(`maxBatchLength must be a positive number, not ${maxBatchLength}`);
  }
}

/** How many messages a batch may hold over HTTP, unless told otherwise. */
const DEFAULT_MAX_BATCH_LENGTH = 100;

/**
 * The message or the batch that a POST carries: `request.parsedBody` where somebody in front has parsed it, otherwise its body, read and
 * parsed. The elements of a batch that are no messages are left in it as errors.
 *
 * Costs a promise beside that of the body.
 * @throws Refusal (as a rejection) 415 for a body that is not JSON by its Content-Type, or is compressed; 400 with -32700 or -32600 for
 *   what is no JSON, no UTF-8, or no message; 413 and 408 for a body that is too large or too slow.
 */
export function readPost(request: HttpRequest, options: ReadPostOptions = {}): Promise<Parsed> {
  if (!isMediaType(request.headers['content-type'], 'application/json')) {
    return Promise.reject(
      new Refusal(415, new JsonRpcError(ErrorCode.InvalidRequest, 'Unsupported media type: Content-Type must be application/json')),
    );
  }
  const { parsedBody } = request;
  const { maxBatchLength = DEFAULT_MAX_BATCH_LENGTH } = options;
  if (parsedBody !== undefined) return new Promise((resolve) => resolve(refuseMalformed(checkBody(parsedBody, maxBatchLength))));
  return readBodyText(request, options).then((text) => refuseMalformed(parse(text, maxBatchLength)), refuseUnreadable);
}

/** The same rules for a value that was parsed elsewhere. */
function checkBody(value: unknown, maxBatchLength: number): Parsed {
  if (!Array.isArray(value)) return check(value);
  if (value.length > 0 && value.length <= maxBatchLength) return value.map(check);
  const why = value.length === 0 ? 'an empty batch' : `a batch of ${value.length} messages, over the limit of ${maxBatchLength}`;
  return new JsonRpcError(ErrorCode.InvalidRequest, `Invalid request: ${why}`);
}

function refuseMalformed(parsed: Parsed): Parsed {
  if (isJsonRpcError(parsed)) throw new Refusal(400, parsed);
  return parsed;
}

function refuseUnreadable(thrown: unknown): never {
  if (!isHttpError(thrown)) throw thrown;
  throw new Refusal(thrown.status, toJsonRpcError(thrown), thrown.headers);
}

/** Which of the two kinds of reply a client takes; at least one of them. */
export interface AcceptedReplies {
  readonly json: boolean;
  readonly stream: boolean;
}

const BOTH: AcceptedReplies = { json: true, stream: true };
const JSON_ONLY: AcceptedReplies = { json: true, stream: false };
const STREAM_ONLY: AcceptedReplies = { json: false, stream: true };

/**
 * Which replies to a POST its client takes, by RFC 9110 section 12.5.1: case means nothing, ranges such as any/any count, `q=0` excludes, and
 * without the header everything is welcome. A client must list both kinds; one that lists a single one is served with that.
 *
 * @throws Refusal 406 when it takes neither
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#sending-messages-to-the-server
 */
export function checkAccept(request: HttpRequest): AcceptedReplies {
  const { accept } = request.headers;
  if (accept === 'application/json, text/event-stream') return BOTH;
  const json = accepts(accept, 'application/json');
  const stream = accepts(accept, 'text/event-stream');
  if (json) return stream ? BOTH : JSON_ONLY;
  if (stream) return STREAM_ONLY;
  throw notAcceptable('application/json and text/event-stream');
}

/** @throws Refusal 406 when the client does not take an event stream */
export function assertAcceptsStream(request: HttpRequest): void {
  if (!accepts(request.headers.accept, 'text/event-stream')) throw notAcceptable('text/event-stream');
}

function notAcceptable(what: string): Refusal {
  return new Refusal(406, new JsonRpcError(ErrorCode.InvalidRequest, `Not acceptable: Accept must allow ${what}`));
}
