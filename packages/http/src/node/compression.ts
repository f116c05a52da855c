import * as zlib from 'node:zlib';
import { type CompressionOptions, decideCoding } from '../content-coding.js';
import type { BodyWriter, HttpHandler, HttpRequest, HttpResponse } from '../message.js';
import { CompressedSink, type Compressor } from './compressed-sink.js';

export type ContentCoding = 'zstd' | 'br' | 'gzip';

export interface NodeCompressionOptions extends CompressionOptions {
  /** The codings to offer; among those that a client likes equally, the first one. Default: zstd where Node has it, br, gzip. */
  codings?: readonly ContentCoding[] | undefined;
}

// From Node 22.15 on. Named by hand, because the types of older versions do not know it.
interface Zstd {
  createZstdCompress?: (options: { params: Record<number, number> }) => Compressor;
}
interface ZstdConstants {
  ZSTD_c_compressionLevel: number;
  ZSTD_c_windowLog: number;
}

const { createZstdCompress } = zlib as Zstd;
const zstdConstants = zlib.constants as unknown as ZstdConstants;
const available: readonly ContentCoding[] = createZstdCompress ? ['zstd', 'br', 'gzip'] : ['br', 'gzip'];

/**
 * Levels that compress a message in microseconds, and small windows: each open stream has a compressor of its own, which at
 * the defaults would take megabytes.
 */
const compressors: Readonly<Record<ContentCoding, () => Compressor>> = {
  gzip: () => zlib.createGzip({ level: 5, windowBits: 14, memLevel: 7 }),
  br: () => zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4, [zlib.constants.BROTLI_PARAM_LGWIN]: 17 } }),
  zstd: () =>
    (createZstdCompress as NonNullable<Zstd['createZstdCompress']>)({
      params: { [zstdConstants.ZSTD_c_compressionLevel]: 3, [zstdConstants.ZSTD_c_windowLog]: 17 },
    }),
};

/**
 * `handler`, its responses compressed as the client's Accept-Encoding allows. Streams are flushed at the end of every tick,
 * so that no event waits for the next. Do not use it where secrets and what an attacker chooses share a response over TLS (BREACH).
 * @throws RangeError for a coding that this Node does not have
 */
export function compressed(handler: HttpHandler, options: NodeCompressionOptions = {}): HttpHandler {
  const { codings = available } = options;
  for (const coding of codings) {
    if (!available.includes(coding))
      throw new RangeError(`codings: Node ${process.version} has no ${coding}, only ${available.join(', ')}.`);
  }
  return async (request) => compress(request, await handler(request), codings, options);
}

async function compress(
  request: HttpRequest,
  response: HttpResponse,
  codings: readonly ContentCoding[],
  options: CompressionOptions,
): Promise<HttpResponse> {
  const decision = decideCoding(request, response, codings, options);
  if (!decision) return response;
  const { status, body } = response;
  const { headers, coding } = decision;
  if (coding === undefined || body === undefined) return { status, headers, body };
  const create = compressors[coding];
  return { status, headers, body: typeof body === 'function' ? compressStream(body, create) : await compressWhole(body, create()) };
}

function compressWhole(body: string | Uint8Array, compressor: Compressor): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    compressor.on('data', (chunk: Buffer) => chunks.push(chunk));
    compressor.on('end', () => resolve(Buffer.concat(chunks)));
    compressor.on('error', reject);
    compressor.end(body);
  });
}

function compressStream(write: BodyWriter, create: () => Compressor): BodyWriter {
  return (sink) => {
    const compressing = new CompressedSink(sink, create());
    const written = write(compressing);
    return written?.then(() => compressing.finished());
  };
}
