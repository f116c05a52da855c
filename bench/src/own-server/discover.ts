import type { Connection } from '@mcpwire/connect/node';
import { isJsonRpcError, isTransportError } from '@mcpwire/jsonrpc';
import leven from 'leven';
import { toPlain } from '../report/plain-text.js';
import { OwnConnection, openOwn } from './own-connection.js';
import type { Call, OwnServer, OwnServerRequest } from './own-server.js';

/** The reader's server can't be reached, or does not answer what is to be measured. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/**
 * Meets the server once, before anything is measured: finds its transport and revision, and a call that it answers.
 * @throws UnreachableError that says what went wrong and what to do.
 */
export async function discoverOwnServer(request: OwnServerRequest, signal: AbortSignal): Promise<OwnServer> {
  let transport: OwnServer['transport'] = 'streamable-http';
  let connection: Connection;
  try {
    connection = await openOwn(request, {
      signal,
      ondecision: (decision) => {
        transport = decision.transport;
      },
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new UnreachableError(`the target can't be reached: ${describeError(error)}`);
  }
  try {
    const { agreement } = connection;
    const tools = request.call?.method === 'tools/call' ? await readTools(connection) : [];
    const call = await findCall(connection, request.call, tools);
    const { name, version } = agreement.serverInfo ?? {};
    const tool = tools.find((candidate) => candidate.name === request.call?.params?.name);
    return {
      ...request,
      call,
      transport,
      revision: agreement.revision,
      listsTools: agreement.era === 'modern' && JSON.stringify(tool ?? {}).includes('"x-mcp-header"'),
      serverName: toPlain(String(name ?? 'unnamed'), 80),
      ...(version !== undefined && { serverVersion: toPlain(String(version), 40) }),
    };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof UnreachableError ? error : new UnreachableError(describeError(error));
  } finally {
    await connection.close();
  }
}

interface Tool {
  readonly name: string;
}

/** How long a question may take that the server need not answer. */
const probeTimeoutMs = 5000;

/** The server's tools; none where it does not tell. */
async function readTools(connection: Connection): Promise<readonly Tool[]> {
  try {
    const { tools } = await connection.request<{ tools?: unknown }>('tools/list', undefined, { timeoutMs: probeTimeoutMs });
    return Array.isArray(tools) ? (tools as Tool[]) : [];
  } catch (error) {
    if (!isNoAnswer(error)) throw error;
    return [];
  }
}

function isNoAnswer(error: unknown): boolean {
  return isJsonRpcError(error) || (isTransportError(error) && error.code === 'timeout');
}

/** The call that was asked for, or the cheapest that the server answers. */
async function findCall(connection: Connection, asked: Call | undefined, tools: readonly Tool[]): Promise<Call> {
  if (asked !== undefined) {
    await tryAsked(connection, asked, tools);
    return asked;
  }
  const { era, serverCapabilities } = connection.agreement;
  const methods = [
    ...(era === 'legacy' ? ['ping'] : []),
    ...(serverCapabilities.tools === undefined ? [] : ['tools/list']),
    ...(era === 'modern' ? ['server/discover'] : []),
  ];
  let refusal: unknown;
  for (const method of methods) {
    try {
      await new OwnConnection(connection, { method }).call(undefined, probeTimeoutMs);
      return { method };
    } catch (error) {
      if (!isNoAnswer(error)) throw error;
      refusal = error;
    }
  }
  throw new UnreachableError(`the server answers none of ${methods.join(', ')} (${describeError(refusal)}): name a tool with --tool`);
}

async function tryAsked(connection: Connection, call: Call, tools: readonly Tool[]): Promise<void> {
  const name = String(call.params?.name);
  if (call.method === 'tools/call' && tools.length > 0 && !tools.some((tool) => tool.name === name)) {
    const nearest = tools
      .map((tool) => toPlain(String(tool.name), 60))
      .sort((a, b) => leven(a, name) - leven(b, name))
      .slice(0, 5);
    throw new UnreachableError(
      `the server has no tool '${name}'. It has: ${nearest.join(', ')}${tools.length > nearest.length ? ', …' : ''}`,
    );
  }
  try {
    await new OwnConnection(connection, call).call();
  } catch (error) {
    throw new UnreachableError(`the tool '${name}' can't be measured: ${describeError(error)}. --args gives it arguments, as JSON.`);
  }
}

/** An error with what lies beneath it, as one line. Some, as those of a refused connection, have no message of their own. */
function describeError(error: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = error; at instanceof Error && parts.length < 3; at = at instanceof AggregateError ? at.errors[0] : at.cause) {
    const text = toPlain(at.message || (at as NodeJS.ErrnoException).code || at.name);
    if (!parts.some((part) => part.includes(text))) parts.push(text);
  }
  return parts.length === 0 ? toPlain(String(error)) : parts.join(': ').replace(/\.$/, '');
}
