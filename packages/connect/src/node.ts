import type { Transport } from '@mcpwire/jsonrpc';
import { StdioClientTransport, type StdioServerParameters } from '@mcpwire/transport-stdio/client';
import { type ConnectOptions, connectToUrl } from './connect.js';
import { parseTarget, type Target } from './target.js';

export * from './index.js';

export interface NodeConnectOptions extends ConnectOptions {
  /**
   * How a command is started: `cwd`, `env`, `stderr`, `graceMs` and the like. `restart` is `stateless` by default: in 2026-07-28 a server that
   * ends unexpectedly is started again.
   */
  stdio?: Omit<StdioServerParameters, 'command' | 'args'> | undefined;
}

/**
 * Makes the transport that a target asks for: a command line (started without a shell, over stdio) or a URL. It is not started: an SDK's
 * `client.connect(transport)` does that, or `negotiate`.
 *
 * @throws TypeError for a target that can't be understood
 */
export function connect(target: Target, options: NodeConnectOptions = {}): Transport {
  const parsed = parseTarget(target);
  if (parsed.kind === 'url') return connectToUrl(parsed, options);
  options.ondecision?.({ transport: 'stdio', because: 'target', reason: 'The target is a command.' });
  return new StdioClientTransport({ restart: 'stateless', ...options.stdio, command: parsed.command, args: [...parsed.args] });
}
