import { type HttpError, type HttpResponse, type HttpResponseHeaders, isHttpError } from '@mcpwire/http';
import { ErrorCode, JsonRpcError, type RequestId } from '@mcpwire/jsonrpc';

/** What a whole JSON body is sent with. One object for all of them, so that none is made for each response. */
export const JSON_HEADERS: HttpResponseHeaders = { 'content-type': 'application/json' };

/** A request that is not taken, with what to answer. Thrown by whatever finds the fault, turned into the response by the handler. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly response: HttpResponse;
  readonly error: JsonRpcError;

  constructor(status: number, error: JsonRpcError, headers?: HttpResponseHeaders) {
    super(error.message);
    this.error = error;
    this.response = refuse(status, error, headers);
  }
}

/**
 * The response that refuses a request: a JSON-RPC error, which has an `id` only where the error has one. Nothing of the request but that is
 * repeated, unless the error's own sentence does.
 */
export function refuse(status: number, error: JsonRpcError, headers?: HttpResponseHeaders): HttpResponse {
  return { status, headers: headers ? { ...headers, ...JSON_HEADERS } : JSON_HEADERS, body: JSON.stringify(error.toResponse()) };
}

/** A refusal that says what is wrong in a sentence: JSON-RPC's -32600, or another code. */
export function refuseInvalid(status: number, why: string, options: RefuseOptions = {}): HttpResponse {
  const { code = ErrorCode.InvalidRequest, id, headers } = options;
  return refuse(status, new JsonRpcError(code, why, { id }), headers);
}

export interface RefuseOptions {
  /** Default -32600. */
  code?: number | undefined;
  id?: RequestId | undefined;
  headers?: HttpResponseHeaders | undefined;
}

/** What a Host and Origin guard answers, in the form of all refusals. */
export function refuseForbidden({ status, headers, body }: HttpResponse): HttpResponse {
  const { 'content-type': _, ...others } = headers ?? {};
  return refuseInvalid(status, typeof body === 'string' ? body.trim() : 'Forbidden', { headers: others });
}

/** The methods that an endpoint has, for 405 (RFC 9110 section 15.5.6: a response with it must say so). */
export function refuseMethod(allow: string, why: string): HttpResponse {
  return refuseInvalid(405, why, { headers: { allow } });
}

/**
 * What to answer when serving a request failed: the refusal, a body that could not be read with its own status and headers, or undefined
 * for anything else, which is a fault of this side.
 */
export function toRefusal(thrown: unknown): HttpResponse | undefined {
  if (thrown instanceof Refusal) return thrown.response;
  return isHttpError(thrown) ? refuseHttpError(thrown) : undefined;
}

/** An `HttpError` of `readBody` (413, 408, 415, 400, 500) as a JSON-RPC error with its status and its headers. */
function refuseHttpError(error: HttpError): HttpResponse {
  return refuse(error.status, toJsonRpcError(error), error.headers);
}

export function toJsonRpcError({ status, code, message }: HttpError): JsonRpcError {
  if (status >= 500) return new JsonRpcError(ErrorCode.InternalError, message);
  return new JsonRpcError(code === 'body-not-utf8' ? ErrorCode.ParseError : ErrorCode.InvalidRequest, message);
}
