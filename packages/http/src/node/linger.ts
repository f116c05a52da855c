import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { Http2ErrorCode } from './http2-error-code.js';

/** How long a client has to read a response to a request that it is still sending. */
const LINGER_MS = 500;
/** How much of that request is read and thrown away meanwhile, for clients that read only once they have sent. */
const LINGER_BYTES = 1024 * 1024;

/**
 * Ends a response whose request is not read to its end. To close the connection, or reset the stream, at once might lose
 * the response with it: so the client gets a moment to read what is already written.
 */
export function linger(req: IncomingMessage, res: ServerResponse, isHttp2: boolean): void {
  // Over HTTP/1.1 the response's end is the connection's.
  if (isHttp2) res.end();
  else res.flushHeaders();
  let bytes = 0;
  const end = (): void => {
    clearTimeout(timer);
    req.off('data', discard);
    req.off('end', end);
    res.off('close', end);
    if (!isHttp2) res.end();
    // RFC 9113 section 8.1: the response is complete, and the rest of the request need not be sent.
    else (res as unknown as Http2ServerResponse).stream.close(Http2ErrorCode.NO_ERROR);
  };
  const discard = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > LINGER_BYTES) req.pause();
  };
  const timer = setTimeout(end, LINGER_MS);
  req.on('data', discard);
  req.on('end', end);
  res.on('close', end);
  req.resume();
}
