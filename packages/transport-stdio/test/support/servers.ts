import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type JsonRpcMessage, Peer, type PeerOptions } from '@mcpwire/jsonrpc';
import { StdioClientTransport, type StdioServerParameters } from '@mcpwire/transport-stdio/client';
import { testEnv } from './leftovers.js';

type Options = Partial<StdioServerParameters>;

export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

/** The parameters that run a program of `fixtures` in Node, found again if it should outlive its test. */
export function nodeProgram(name: string, args: string[] = [], options: Options = {}): StdioServerParameters {
  return { command: process.execPath, args: [fixture(name), ...args], ...options, env: testEnv(options.env) };
}

/** A transport that is not started yet, and what comes of it. */
export class Observed {
  readonly transport: StdioClientTransport;
  readonly messages: JsonRpcMessage[] = [];
  readonly errors: Error[] = [];
  closings = 0;
  readonly closed: Promise<void>;

  constructor(parameters: StdioServerParameters) {
    this.transport = new StdioClientTransport(parameters);
    this.transport.onmessage = (message) => this.messages.push(message);
    this.transport.onerror = (error) => this.errors.push(error);
    this.closed = new Promise((resolve) => {
      this.transport.onclose = () => {
        this.closings++;
        resolve();
      };
    });
  }

  /** The text of each message that `raw.js` sent. */
  get said(): unknown[] {
    return this.messages.map((message) => 'method' in message && message.params?.text);
  }
}

export function rawServer(behaviour: string, options: Options = {}): Observed {
  return new Observed(nodeProgram('raw.js', [behaviour], options));
}

/** A started peer of `server.js`, with its transport. */
export async function startServer(
  args: string[] = [],
  options: Options = {},
  peerOptions: PeerOptions = {},
): Promise<{ peer: Peer; transport: StdioClientTransport }> {
  const transport = new StdioClientTransport(nodeProgram('server.js', args, options));
  const peer = new Peer(transport, peerOptions);
  await peer.start();
  // From here on it runs and has its signal handlers.
  await peer.request('pid');
  return { peer, transport };
}
