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
  ZSTD_e_flush: number;
}

const { createZstdCompress } = zlib as Zstd;
const constants = zlib.constants as typeof zlib.constants & ZstdConstants;
const available: readonly ContentCoding[] = createZstdCompress ? ['zstd', 'br', 'gzip'] : ['br', 'gzip'];

interface Codec {
  create(): Compressor;
  /** Lets out what was written, and keeps what was learnt from it: gzip's own default would forget it. */
  readonly flush: number;
}

/**
 * Low levels and small windows: each open stream has a compressor of its own, and the defaults take megabytes. Higher ones
 * make events hardly smaller.
 */
const codecs: Readonly<Record<ContentCoding, Codec>> = {
  gzip: { create: () => zlib.createGzip({ level: 5, windowBits: 14, memLevel: 7 }), flush: constants.Z_SYNC_FLUSH },
  br: {
    create: () => zlib.createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 3, [constants.BROTLI_PARAM_LGWIN]: 16 } }),
    flush: constants.BROTLI_OPERATION_FLUSH,
  },
  zstd: {
    create: () =>
      (createZstdCompress as NonNullable<Zstd['createZstdCompress']>)({
        params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_windowLog]: 15 },
      }),
    flush: constants.ZSTD_e_flush,
  },
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
  const codec = codecs[coding];
  return { status, headers, body: typeof body === 'function' ? compressStream(body, codec) : await compressWhole(body, codec.create()) };
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

function compressStream(write: BodyWriter, codec: Codec): BodyWriter {
  return (sink) => {
    const compressing = new CompressedSink(sink, codec.create(), codec.flush);
    const written = write(compressing);
    return written?.then(() => compressing.finished());
  };
}
