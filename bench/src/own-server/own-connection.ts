import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, connect, type NodeConnectOptions, negotiate } from '@mcpwire/connect/node';
import { isTransportError } from '@mcpwire/jsonrpc';
import { toPlain } from '../report/plain-text.js';
import type { Call, OwnServer, OwnServerRequest } from './own-server.js';

const clientInfo = { name: 'mcpwire-bench', version: '0.1.0' };
const callTimeoutMs = 30_000;
/** How long a connection that a call could not be written to may take to say why. */
const lastWordsMs = 1_000;

/** One connection to the reader's server. */
export class OwnConnection {
  readonly #connection: Connection;
  readonly #call: Call;
  /** Settles when the connection is over, with why. */
  readonly #over: Promise<Error | undefined>;

  constructor(connection: Connection, call: Call) {
    this.#connection = connection;
    this.#call = call;
    this.#over = new Promise((resolve) => {
      const { onclose } = connection.peer;
      connection.peer.onclose = (reason) => {
        onclose?.(reason);
        resolve(reason?.error);
      };
    });
  }

  /**
   * Makes the call once and checks that it was answered with what counts as success.
   * @throws Error for an error, a tool's result that is one, and a result that asks for more.
   */
  async call(signal?: AbortSignal, timeoutMs: number = callTimeoutMs): Promise<void> {
    const { method, params } = this.#call;
    const options = { timeoutMs, maxTotalTimeoutMs: timeoutMs, signal };
    try {
      assertDone(await this.#connection.request<CallResult>(method, params && { ...params }, options), method);
    } catch (error) {
      throw isTransportError(error) && error.code === 'peer-gone' ? await this.#explain(error) : error;
    }
  }

  async listTools(): Promise<void> {
    await this.#connection.request('tools/list', undefined, { timeoutMs: callTimeoutMs });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** A broken pipe tells nothing: what the server has said before it ended comes a moment later. */
  async #explain(error: Error): Promise<Error> {
    const late = new AbortController();
    const reason = await Promise.race([this.#over, delay(lastWordsMs, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    return reason ?? error;
  }
}

interface CallResult {
  readonly isError?: boolean;
  readonly resultType?: string;
  readonly content?: readonly { readonly text?: unknown }[];
}

function assertDone(result: CallResult, method: string): void {
  if (result?.isError === true)
    throw new Error(`the tool answered with an error: ${toPlain(String(result.content?.[0]?.text ?? 'no text'))}`);
  if (result?.resultType === 'input_required') throw new Error(`${method} asks for input, which the bench can't give: choose another tool`);
}

/** Where a target is reached, for `connect`: with the transport settled when it is known. */
function toConnectTarget({ target }: OwnServerRequest, transport?: OwnServer['transport']): string {
  if (transport === undefined || transport === 'stdio' || /^mcp\+/i.test(target.trim())) return target;
  return `mcp+${transport === 'sse' ? 'sse+' : ''}${target.trim()}`;
}

/** Opens a connection and agrees on a revision; `revisions` leaves nothing to find out where it is one. Its stderr is kept, not shown. */
export function openOwn(
  server: OwnServerRequest & { readonly transport?: OwnServer['transport'] },
  {
    revisions,
    signal,
    ondecision,
  }: { revisions?: readonly string[]; signal?: AbortSignal | undefined; ondecision?: NodeConnectOptions['ondecision'] } = {},
): Promise<Connection> {
  const options: NodeConnectOptions = {
    headers: server.headers,
    ondecision,
    // A server that is tried out from a shell runs in that shell's environment.
    stdio: { stderr: 'pipe', env: toEnvironment(process.env) },
  };
  return negotiate(() => connect(toConnectTarget(server, server.transport), options), { clientInfo, revisions, signal });
}

/** Opens a connection to a server that has been met. */
export async function connectOwn(server: OwnServer): Promise<OwnConnection> {
  return new OwnConnection(await openOwn(server, { revisions: [server.revision] }), server.call);
}

function toEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
