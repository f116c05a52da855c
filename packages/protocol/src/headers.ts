import { isRequest, type JsonRpcError, type JsonRpcNotification, type JsonRpcRequest, TransportError } from '@mcpwire/jsonrpc';
import { headerMismatch } from './error-codes.js';
import { decodeHeaderValue, encodeHeaderValue, headerTextMatches, trimField } from './header-value.js';
import { MetaKey } from './meta.js';
import { nameParamOf } from './methods.js';

/** The field names of MCP, in lower case as HTTP layers hand them over. Their case means nothing. */
export const HeaderName = {
  /** `MCP-Protocol-Version`: 2025-06-18 and 2025-11-25 basic/transports, 2026-07-28 basic/transports/streamable-http, "Protocol Version Header". */
  ProtocolVersion: 'mcp-protocol-version',
  /** `Mcp-Session-Id`: 2025-03-26 to 2025-11-25 basic/transports "Session Management". */
  SessionId: 'mcp-session-id',
  /** `Last-Event-ID`: 2025-03-26 to 2025-11-25 basic/transports "Resumability and Redelivery". */
  LastEventId: 'last-event-id',
  /** `Mcp-Method`: 2026-07-28 basic/transports/streamable-http "Standard Request Headers". */
  Method: 'mcp-method',
  /** `Mcp-Name`: the same heading. Which requests have it, `nameParamOf` says. */
  Name: 'mcp-name',
  /** `Mcp-Param-{name}`: 2026-07-28 basic/transports/streamable-http "Custom Headers from Tool Parameters". */
  ParamPrefix: 'mcp-param-',
} as const;

/** Field names in lower case. A field that was sent several times is joined with `, `. */
export type HeaderFields = Readonly<Record<string, string | undefined>>;

/**
 * The headers that repeat a message of 2026-07-28: `mcp-protocol-version`, `mcp-method` and, where the method has it, `mcp-name`. Over a
 * legacy revision only the first is sent, and by whoever knows that the handshake is over. Notifications get the same headers, which
 * the specification neither asks for nor forbids.
 *
 * @throws TransportError `encode-failed` for a method or version that is not visible ASCII: their headers have no encoding.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#standard-request-headers
 */
export function createRequestHeaders(message: JsonRpcRequest | JsonRpcNotification, protocolVersion: string): Record<string, string> {
  const { method } = message;
  assertVisibleAscii('method', method);
  assertVisibleAscii('protocol version', protocolVersion);
  const headers: Record<string, string> = { [HeaderName.ProtocolVersion]: protocolVersion, [HeaderName.Method]: method };
  const name = nameOf(message);
  if (name !== undefined) headers[HeaderName.Name] = encodeHeaderValue(name);
  return headers;
}

/**
 * Compares the standard headers of a modern message with its body, in the order in which the specification names them. A request must
 * have them; a notification's are compared as far as they are there.
 *
 * @returns -32020 (HTTP 400) with the request's id for the first header that is missing, malformed or different.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation
 */
export function checkRequestHeaders(message: JsonRpcRequest | JsonRpcNotification, headers: HeaderFields): JsonRpcError | undefined {
  const id = isRequest(message) ? message.id : undefined;
  const required = isRequest(message);

  const version = bodyVersionOf(message);
  const versionField = fieldOf(headers, HeaderName.ProtocolVersion);
  if (versionField === undefined) {
    if (required) return headerMismatch('MCP-Protocol-Version', 'is missing', id);
  } else if (version !== undefined && versionField !== version) {
    return headerMismatch('MCP-Protocol-Version', `is ${quote(versionField)}, and the body says ${quote(version)}`, id);
  }

  const methodField = fieldOf(headers, HeaderName.Method);
  if (methodField === undefined) {
    if (required) return headerMismatch('Mcp-Method', 'is missing', id);
  } else if (methodField !== message.method) {
    return headerMismatch('Mcp-Method', `is ${quote(methodField)}, and the body says ${quote(message.method)}`, id);
  }

  if (!required || nameParamOf(message.method) === undefined) return undefined;
  const name = nameOf(message);
  const nameField = headers[HeaderName.Name];
  if (nameField === undefined) {
    // Without either, the request's params are what is wrong with it.
    return name === undefined ? undefined : headerMismatch('Mcp-Name', 'is missing', id);
  }
  const { text, fault } = decodeHeaderValue(nameField);
  if (fault !== undefined) return headerMismatch('Mcp-Name', fault, id);
  if (name === undefined) return headerMismatch('Mcp-Name', `is ${quote(text)}, and the body has no ${nameParamOf(message.method)}`, id);
  if (headerTextMatches(text, name)) return undefined;
  return headerMismatch('Mcp-Name', `is ${quote(text)}, and the body says ${quote(name)}`, id);
}

function fieldOf(headers: HeaderFields, name: string): string | undefined {
  const field = headers[name];
  return field === undefined ? undefined : trimField(field);
}

function assertVisibleAscii(what: string, value: string): void {
  if (/^[\x21-\x7e]+$/.test(value)) return;
  throw new TransportError('encode-failed', `The ${what} ${quote(value)} cannot be sent: its HTTP header holds visible ASCII only`);
}

function nameOf({ method, params }: JsonRpcRequest | JsonRpcNotification): string | undefined {
  const param = nameParamOf(method);
  const value = param === undefined ? undefined : params?.[param];
  return typeof value === 'string' ? value : undefined;
}

function bodyVersionOf({ params }: JsonRpcRequest | JsonRpcNotification): string | undefined {
  const meta = params?._meta as Record<string, unknown> | null | undefined;
  const version = meta?.[MetaKey.ProtocolVersion];
  return typeof version === 'string' ? version : undefined;
}

/** From the wire, and on its way into an error message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
