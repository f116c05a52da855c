import { preferredEncoding } from './accept-encoding.js';
import { parseMediaType } from './media-type.js';
import type { HttpRequest, HttpResponse, HttpResponseHeaders } from './message.js';

export interface CompressionOptions {
  /** A body that is known whole and shorter than this goes as it is. Default 1 KiB. */
  thresholdBytes?: number | undefined;
  /** Which media types are worth it, in lower case without parameters. Default: text, JSON, XML and JavaScript, event streams among them. */
  isCompressible?: ((mediaType: string) => boolean) | undefined;
}

/** What to do with a response: `headers` go with it either way, and `coding` says how its body is to be encoded, if at all. */
export interface CodingDecision<Coding extends string> {
  readonly headers: HttpResponseHeaders;
  readonly coding: Coding | undefined;
}

/**
 * Decides on a response's content coding (RFC 9110 sections 8.4 and 12.5.3). Undefined when it is none of this one's
 * business: no body, encoded already, not to be transformed, or not worth it.
 */
export function decideCoding<Coding extends string>(
  request: HttpRequest,
  response: HttpResponse,
  offers: readonly Coding[],
  options: CompressionOptions = {},
): CodingDecision<Coding> | undefined {
  const { thresholdBytes = 1024, isCompressible = isText } = options;
  const { status, body, headers = {} } = response;
  if (body === undefined || status === 204 || status === 206 || status === 304) return undefined;
  if (headers['content-encoding'] !== undefined || /\bno-transform\b/i.test(String(headers['cache-control'] ?? ''))) return undefined;
  const mediaType = parseMediaType(String(headers['content-type'] ?? ''));
  if (!mediaType || !isCompressible(mediaType.essence)) return undefined;
  const varied = { ...headers, vary: withAcceptEncoding(headers.vary) };
  const isSmall = typeof body !== 'function' && body.length < thresholdBytes;
  const coding = isSmall ? undefined : preferredEncoding(request.headers['accept-encoding'], offers);
  return { headers: coding === undefined ? varied : toEncodedHeaders(varied, coding), coding };
}

function toEncodedHeaders(headers: HttpResponseHeaders, coding: string): HttpResponseHeaders {
  const { 'content-length': _, etag, ...rest } = headers;
  // Encoded, it is no longer the same bytes, and a strong validator would say that it is.
  const weak = typeof etag === 'string' ? { etag: etag.startsWith('W/') ? etag : `W/${etag}` } : undefined;
  return { ...rest, ...weak, 'content-encoding': coding };
}

function withAcceptEncoding(vary: string | number | readonly string[] | undefined): string {
  const present = typeof vary === 'object' ? vary.join(', ') : String(vary ?? '');
  if (present === '') return 'accept-encoding';
  return /(?:^|[\s,])(?:accept-encoding|\*)(?:$|[\s,])/i.test(present) ? present : `${present}, accept-encoding`;
}

function isText(mediaType: string): boolean {
  return /^text\/|[/+](?:json|xml|javascript)$/.test(mediaType);
}
