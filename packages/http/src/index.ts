export { preferredEncoding } from './accept-encoding.js';
export { type AuthInfo, toAuthInfo } from './auth-info.js';
export { type Authenticate, authenticated, type BearerOptions, bearerAuthentication, parseBearerToken } from './authenticate.js';
export { type BodyConsumer, type BodyFlow, chunksOf, type HttpBody } from './body.js';
export { type BodySink, DEFAULT_HIGH_WATER_MARK_BYTES, type SinkListener } from './body-sink.js';
export { type Challenge, type ChallengeOptions, toChallengeResponse } from './challenge.js';
export type { CompressionOptions } from './content-coding.js';
export { type CrossOriginOptions, crossOrigin } from './cross-origin.js';
export { type CloseOptions, DEFAULT_GRACE_MS } from './exchanges.js';
export {
  DEFAULT_HEADERS_TIMEOUT_MS,
  type HttpClient,
  type HttpClientOptions,
  type HttpClientRequest,
  type HttpClientResponse,
} from './http-client.js';
export { HttpClientError, type HttpClientErrorCode, isHttpClientError } from './http-client-error.js';
export { HttpError, type HttpErrorCode, isHttpError } from './http-error.js';
export { KeepAlive, type KeepAliveOptions } from './keep-alive.js';
export { acceptQuality, accepts, isMediaType, type MediaType, parseMediaType, preferredMediaType } from './media-type.js';
export {
  type BodyWriter,
  type HttpHandler,
  type HttpHeaders,
  type HttpRequest,
  type HttpResponse,
  type HttpResponseHeaders,
  textResponse,
  toUrl,
} from './message.js';
export { createOriginGuard, guarded, LOOPBACK_HOSTS, type OriginGuard, type OriginGuardOptions } from './origin-guard.js';
export type { Principal } from './principal.js';
export { DEFAULT_BODY_TIMEOUT_MS, DEFAULT_MAX_BODY_BYTES, type ReadBodyOptions, readBody, readBodyText } from './read-body.js';
export { DEFAULT_MAX_RESPONSE_BYTES, discardBody, type ReadResponseOptions, readBytes, readText } from './read-response.js';
export { createResourceMetadataHandler, type ResourceMetadata, resourceMetadataUrl } from './resource-metadata.js';
