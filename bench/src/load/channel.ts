import { connectToServer } from '../targets/http/connect-to-server.js';
import { findTarget } from '../targets/index.js';
import { programOf, toProgramPath, toServerCommand } from '../targets/server-command.js';
import type { GrpcParts, Target } from '../targets/target.js';
import type { EchoClient, EchoMessage } from './echo-client.js';
import { openEventReader } from './http/event-reader.js';
import { connectPostClient } from './http/post-client.js';
import { connectSseClient } from './http/sse-client.js';
import { openRelay } from './relay/relay-process.js';

/** What carries messages between a client and a server. */
export type Carrier = 'stdio' | 'sse' | 'http' | 'grpc' | 'grpc-stream';

/** A connection to a target's server, the same to drive over each carrier. */
export interface Channel extends EchoClient {
  /** Has the server send notifications at a fixed rate; they arrive at `onmessage` with the time that they were meant for. */
  tick(options: { readonly bytes: number; readonly count: number; readonly perSecond: number }): void;
}

export interface ChannelOptions {
  readonly carrier: Carrier;
  readonly target: string;
  /** Of an emulated network in between; none over stdio. 0: nothing in between. */
  readonly roundTripMs: number;
  /** POSTs that may be under way at once. */
  readonly connections: number;
  readonly core?: number | undefined;
  /** For the server's process. */
  readonly nodeFlags?: readonly string[];
}

/**
 * Starts a target's server and opens a channel to it; closing it ends the server. Over HTTP the client is the same lean one for every target, over
 * stdio it is the target's own.
 * @throws Error when the target has no server for the carrier, or it does not come up.
 */
export async function openChannel({
  carrier,
  target: name,
  roundTripMs,
  connections,
  core,
  nodeFlags = [],
}: ChannelOptions): Promise<Channel> {
  const target = findTarget(name);
  if (carrier === 'stdio') {
    if (roundTripMs > 0) throw new Error('there is no network between two processes that talk over stdio');
    if (target.connect === undefined) throw new Error(`${name} has no client over stdio`);
    const client = await target.connect(toServerCommand(programOf(target), nodeFlags, core));
    const tick: Channel['tick'] = (params) => client.send({ jsonrpc: '2.0', id: -1, method: 'tick', params });
    return Object.assign(client, { tick });
  }
  const { program, arg, connect } = partsOf(target, carrier, connections);
  if (program === undefined) throw new Error(`${name} has no server over ${words[carrier]}`);
  const command = toServerCommand(toProgramPath(program), nodeFlags, core, arg);
  return connectToServer(command, async (direct) => {
    const relay = await openRelay(direct, roundTripMs, core);
    try {
      const channel = await connect(relay.url);
      const close = channel.close.bind(channel);
      channel.close = async () => {
        await close();
        await relay.close();
      };
      return channel;
    } catch (error) {
      await relay.close();
      throw error;
    }
  });
}

const words = { sse: 'HTTP+SSE', http: 'Streamable HTTP', grpc: 'gRPC', 'grpc-stream': 'gRPC' };

/** A target's server over a network, and how to connect to it. */
function partsOf(
  { http, grpc }: Target,
  carrier: keyof typeof words,
  connections: number,
): { program: string | undefined; arg: readonly string[]; connect: (url: string) => Promise<Channel> } {
  if (carrier === 'sse') return { program: http?.sseProgram, arg: [], connect: (url) => openSse(url, connections) };
  if (carrier === 'http') return { program: http?.program, arg: ['json'], connect: (url) => openStreamable(url, connections) };
  const way = carrier === 'grpc' ? 'call' : 'stream';
  return { program: grpc?.program, arg: [], connect: (url) => (grpc as GrpcParts).connect(url, way) };
}

async function openSse(url: string, connections: number): Promise<Channel> {
  const client = await connectSseClient(url, connections);
  return Object.assign(client, { tick: (options: object) => client.invoke('tick', options) });
}

/** With the stream that the server speaks on by itself. */
async function openStreamable(url: string, connections: number): Promise<Channel> {
  const client = await connectPostClient(url, { connections });
  const reader = await openEventReader(url, {
    headers: { ...client.headers, accept: 'text/event-stream' },
    onevent: (_, data) => client.onmessage(JSON.parse(data) as EchoMessage),
    onend: (error) => client.onfault(error),
  }).catch(async (error: unknown) => {
    await client.close();
    throw error;
  });
  const close = client.close.bind(client);
  client.close = async () => {
    await close();
    await reader.close();
  };
  return Object.assign(client, { tick: (options: object) => void client.call('tick', options).catch((error) => client.onfault(error)) });
}
