import { findTarget } from '../index.js';
import { toProgramPath, toServerCommand } from '../server-command.js';
import type { HttpParts } from '../target.js';
import { connectToServer } from './connect-to-server.js';

export interface TargetServerOptions {
  /** What to serve. Default: Streamable HTTP. */
  readonly over?: 'Streamable HTTP' | 'HTTP+SSE';
  /** For the program: `json` or `sse`, then what it is to do beside. */
  readonly args?: readonly string[];
  /** For its process. */
  readonly nodeFlags?: readonly string[];
  readonly core?: number | undefined;
}

/**
 * Starts a target's server and connects there. Closing the client ends the server too.
 * @throws Error when the target has no such server, when that does not come up, or what `connect` throws
 */
export async function connectToTarget<T extends { close(): Promise<void> }>(
  name: string,
  { over = 'Streamable HTTP', args, nodeFlags, core }: TargetServerOptions,
  connect: (url: string, parts: HttpParts) => Promise<T>,
): Promise<T> {
  const { http = {} } = findTarget(name);
  const program = over === 'HTTP+SSE' ? http.sseProgram : http.program;
  if (program === undefined) throw new Error(`${name} has no server over ${over}`);
  return connectToServer(toServerCommand(toProgramPath(program), nodeFlags, core, args), (url) => connect(url, http));
}
