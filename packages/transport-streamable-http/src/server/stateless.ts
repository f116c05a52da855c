import type { HttpRequest, HttpResponse } from '@mcpwire/http';
import { ErrorCode, isJsonRpcError, JsonRpcError, type JsonRpcNotification, type JsonRpcRequest, type Parsed } from '@mcpwire/jsonrpc';
import { checkRequestHeaders, McpErrorCode, MetaKey, readRequestMeta, unsupportedProtocolVersion } from '@mcpwire/protocol';
import { type AcceptedReplies, assertAcceptsStream, checkAccept } from './read-post.js';
import { refuse, refuseInvalid, toRefusal } from './refusal.js';
import { Reply } from './reply.js';
import { RequestTransport } from './request-transport.js';
import { StatelessContext } from './stateless-context.js';
import type { StatelessSettings } from './stateless-settings.js';
import { isThenable } from './thenable.js';
import { toError } from './thrown.js';

const ACCEPTED: HttpResponse = { status: 202 };
/** For a client that is gone: nobody reads it. */
const CLIENT_GONE: HttpResponse = { status: 499 };

/** A turn later, by whatever the runtime has for that. */
const soon: (run: () => void) => void =
  typeof setImmediate === 'function'
    ? setImmediate
    : (run) => {
        setTimeout(run, 0);
      };

/**
 * Answers one POST of 2026-07-28. Everything that serving it takes is in the request itself: no session is looked for or made, and
 * `Mcp-Session-Id` and `Last-Event-ID` are not looked at.
 *
 * What is wrong is told in this order: the shape of the message, Accept, `_meta` (-32602), `MCP-Protocol-Version` (-32020), the version
 * itself (-32022), the other headers (-32020): they are another version's to define. Then comes the method.
 *
 * A request costs its context, its transport and its reply. No AbortSignal is made unless a handler asks for one.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#sending-messages
 */
export function serveStateless(request: HttpRequest, parsed: Parsed, settings: StatelessSettings): HttpResponse | Promise<HttpResponse> {
  if (Array.isArray(parsed)) return refuseInvalid(400, 'Invalid request: 2026-07-28 has no batches, a POST carries one message');
  if (isJsonRpcError(parsed)) return refuse(400, parsed);
  if (!('method' in parsed)) {
    return refuseInvalid(400, 'Invalid request: over 2026-07-28 a client sends no responses, since a server sends no requests');
  }
  try {
    return 'id' in parsed ? serveRequest(request, parsed, settings) : serveNotification(request, parsed, settings);
  } catch (thrown) {
    return toRefusal(thrown) ?? failed(thrown, settings);
  }
}

/**
 * The revision's core defines no notifications from a client over HTTP. One that contradicts its headers, or is of a version that is not
 * served, is refused; any other is accepted.
 */
function serveNotification(request: HttpRequest, notification: JsonRpcNotification, settings: StatelessSettings): HttpResponse {
  const mismatch = checkRequestHeaders(notification, request.headers);
  if (mismatch) return refuse(400, mismatch);
  const version = (notification.params?._meta as Record<string, unknown> | undefined)?.[MetaKey.ProtocolVersion];
  if (typeof version === 'string' && !settings.protocolVersions.includes(version)) {
    return refuse(400, unsupportedProtocolVersion(version, settings.offeredVersions));
  }
  settings.onnotification?.(notification, request);
  return ACCEPTED;
}

function serveRequest(request: HttpRequest, message: JsonRpcRequest, settings: StatelessSettings): HttpResponse | Promise<HttpResponse> {
  const { headers, principal } = request;
  const isListen = message.method === 'subscriptions/listen';
  const accepted = checkAccept(request);
  if (isListen) assertAcceptsStream(request);

  const meta = readRequestMeta(message);
  if (isJsonRpcError(meta)) return refuse(400, message.method === 'initialize' ? noHandshake(message, settings) : meta);
  const mismatch = checkRequestHeaders(message, headers);
  if (mismatch && isAboutVersion(mismatch)) return refuse(400, mismatch);
  if (!settings.protocolVersions.includes(meta.protocolVersion)) {
    return refuse(400, unsupportedProtocolVersion(meta.protocolVersion, settings.offeredVersions, message.id));
  }
  if (mismatch) return refuse(400, mismatch);

  const context = new StatelessContext(message, meta, request);
  if (isListen && settings.subscriptions) return settings.subscriptions.listen(context);
  const fault = settings.toolHeaders.check(message, headers, principal?.id ?? '', context);
  if (fault === undefined) return dispatch(context, accepted, settings);
  if (isJsonRpcError(fault)) return refuse(400, fault);
  return fault.then(
    (settled) => (settled ? refuse(400, settled) : dispatch(context, accepted, settings)),
    (thrown: unknown) => failed(thrown, settings, message),
  );
}

function dispatch(context: StatelessContext, accepted: AcceptedReplies, settings: StatelessSettings): HttpResponse | Promise<HttpResponse> {
  const { http } = context;
  // While `inputSchemaOf` took its time.
  if (http.isClosed) return CLIENT_GONE;
  // A subscription is nothing but a stream, whatever other replies are.
  const mode = context.message.method === 'subscriptions/listen' ? 'sse' : settings.replyMode;
  const reply = new Reply({ accepted, mode, settings: settings.streams, request: http });
  const transport = new RequestTransport(context, reply, settings);
  const onfail = (thrown: unknown): void => {
    if (transport.isOver || !isJsonRpcError(thrown)) settings.onerror(toError(thrown));
    transport.fail(thrown);
  };
  try {
    const served = settings.onrequest(transport, context);
    if (isThenable(served)) served.then(undefined, onfail);
  } catch (thrown) {
    onfail(thrown);
  }
  if (!transport.isOver && (mode === 'sse' || !accepted.json)) soon(() => transport.beginReply());
  return reply.answer;
}

/**
 * What a legacy client gets whose `initialize` lacks the headers of this revision: it may have nothing but this to show to its user, so it
 * names what is spoken here (basic/versioning, "Backward Compatibility with Initialization-Based Versions").
 */
function noHandshake({ id }: JsonRpcRequest, settings: StatelessSettings): JsonRpcError {
  const { offeredVersions: supported } = settings;
  return new JsonRpcError(
    McpErrorCode.HeaderMismatch,
    `Header mismatch: MCP-Protocol-Version is missing. This server has no initialize handshake: it speaks ${supported.join(', ')}, where each request carries its version`,
    { id, data: { header: 'MCP-Protocol-Version', supported } },
  );
}

function isAboutVersion({ data }: JsonRpcError): boolean {
  return (data as { header?: unknown } | undefined)?.header === 'MCP-Protocol-Version';
}

function failed(thrown: unknown, settings: StatelessSettings, message?: JsonRpcRequest): HttpResponse {
  settings.onerror(toError(thrown));
  return refuse(500, new JsonRpcError(ErrorCode.InternalError, 'Internal error', { id: message?.id }));
}
