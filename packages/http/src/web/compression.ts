import { type CompressionOptions, decideCoding } from '../content-coding.js';
import type { HttpHandler, HttpResponse } from '../message.js';

/**
 * `handler`, its whole bodies compressed with gzip as the client's Accept-Encoding allows. Streams go as they are:
 * `CompressionStream` can't be flushed, and would hold an event back until many more have come.
 */
export function compressed(handler: HttpHandler, options: CompressionOptions = {}): HttpHandler {
  return async (request) => {
    const response = await handler(request);
    if (typeof response.body === 'function') return response;
    const decision = decideCoding(request, response, ['gzip'], options);
    if (!decision) return response;
    const { headers, coding } = decision;
    const { status, body } = response;
    return { status, headers, body: coding === undefined || body === undefined ? body : await gzip(body) } satisfies HttpResponse;
  };
}

async function gzip(body: string | Uint8Array): Promise<Uint8Array> {
  const bytes = typeof body === 'string' ? body : new Uint8Array(body);
  const stream = new Response(bytes).body as ReadableStream<Uint8Array<ArrayBuffer>>;
  return new Uint8Array(await new Response(stream.pipeThrough(new CompressionStream('gzip'))).arrayBuffer());
}
