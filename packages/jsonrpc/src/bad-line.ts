import { ErrorCode, JsonRpcError, TransportError } from './errors.js';
import { excerptOf, quote } from './excerpt.js';

/** A line that is no message. `bytes` is its length without the line end, where it is known. */
export function malformedLine(line: string, bytes: number | undefined, cause: JsonRpcError): TransportError {
  const details = describe(line, bytes);
  const hint = line.startsWith('\uFEFF') ? ' It begins with a byte order mark, which JSON text must not (RFC 8259, section 8.1).' : '';
  const message = `A line of ${details.bytes} bytes was skipped. ${cause.message}.${hint} It reads: ${quote(details.excerpt)}`;
  return new TransportError('malformed-message', message, { cause, details });
}

/** What stood after the last newline when the stream ended. */
export function truncatedLine(line: string, bytes: number | undefined, cause: JsonRpcError): TransportError {
  const details = describe(line, bytes);
  const message = `The stream ended inside a message, after ${details.bytes} bytes of it: ${quote(details.excerpt)}`;
  return new TransportError('truncated-message', message, { cause, details });
}

export function tooLargeLine(bytes: number, limit: number, excerpt: string): TransportError {
  const cause = new JsonRpcError(ErrorCode.InvalidRequest, `Invalid request: ${bytes} bytes, over the limit of ${limit}`);
  const message = `A message of ${bytes} bytes was skipped: maxMessageBytes is ${limit}. Raise it, or send less at once. It begins: ${quote(excerpt)}`;
  return new TransportError('message-too-large', message, { cause, details: { bytes, limit, excerpt } });
}

export function notUtf8Line(bytes: number, excerpt: string): TransportError {
  const cause = new JsonRpcError(ErrorCode.ParseError, 'Parse error: not valid UTF-8');
  const message = `A line of ${bytes} bytes was skipped: it is not valid UTF-8. It begins: ${quote(excerpt)}`;
  return new TransportError('malformed-message', message, { cause, details: { bytes, excerpt } });
}

function describe(line: string, bytes: number | undefined): { bytes: number; excerpt: string } {
  const content = line.endsWith('\r') ? line.slice(0, -1) : line;
  // Encoded again only to be counted: few lines are bad.
  return { bytes: bytes ?? new TextEncoder().encode(content).length, excerpt: excerptOf(content) };
}
