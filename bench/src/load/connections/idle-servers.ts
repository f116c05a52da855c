import type { ProcessUsage } from '../../measure/process-usage.js';
import { openUsageProbe, type UsageProbe } from '../../measure/usage-probe.js';
import { connectToServer } from '../../targets/http/connect-to-server.js';
import { findTarget } from '../../targets/index.js';
import { toProgramPath, toServerCommand } from '../../targets/server-command.js';
import { connectPostClient } from '../http/post-client.js';
import { connectSseClient } from '../http/sse-client.js';
import type { StreamKind } from './stream-kind.js';

/** One server process with a client beside the streams, by which it is told to broadcast. */
interface IdleServer {
  readonly url: string;
  readonly probe: UsageProbe;
  broadcast(text: string): Promise<void>;
  close(): Promise<void>;
}

/** The server processes that share the streams. */
export class IdleServers {
  readonly #servers: readonly IdleServer[];

  private constructor(servers: readonly IdleServer[]) {
    this.#servers = servers;
  }

  /** @throws Error when the target has no server for such streams, or one does not come up. */
  static async open(kind: StreamKind, target: string, processes: number, heartbeatMs: number, core?: number): Promise<IdleServers> {
    const { http } = findTarget(target);
    const program = kind === 'sse' ? http?.sseProgram : http?.program;
    if (program === undefined) throw new Error(`${target} has no server for streams of this kind`);
    const servers: IdleServer[] = [];
    try {
      for (let i = 0; i < processes; i++) servers.push(await openServer(kind, program, heartbeatMs, core));
    } catch (error) {
      await Promise.all(servers.map((server) => server.close()));
      throw error;
    }
    return new IdleServers(servers);
  }

  get urls(): readonly string[] {
    return this.#servers.map(({ url }) => url);
  }

  /** What all of them use together. */
  async readUsage(options?: { collect: boolean }): Promise<Pick<ProcessUsage, 'cpuUs' | 'rssBytes' | 'heapUsedBytes'>> {
    const all = await Promise.all(this.#servers.map(({ probe }) => probe.read(options)));
    const total = { cpuUs: 0, rssBytes: 0, heapUsedBytes: 0 };
    for (const usage of all) for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += usage[key];
    return total;
  }

  /** Has each server tell all that it holds. */
  async broadcast(text: string): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.broadcast(text)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
  }
}

async function openServer(kind: StreamKind, program: string, heartbeatMs: number, core: number | undefined): Promise<IdleServer> {
  const probe = await openUsageProbe();
  const command = toServerCommand(toProgramPath(program), [...probe.nodeFlags, '--expose-gc'], core, [
    'json',
    '--heartbeat-ms',
    String(heartbeatMs),
  ]);
  try {
    const client = await connectToServer(command, async (url) => ({ url, ...(await openControl(kind, url)) }));
    return {
      url: client.url,
      probe,
      broadcast: client.broadcast,
      close: async () => {
        await client.close();
        probe.close();
      },
    };
  } catch (error) {
    probe.close();
    throw error;
  }
}

async function openControl(kind: StreamKind, url: string): Promise<Pick<IdleServer, 'broadcast' | 'close'>> {
  if (kind === 'sse') {
    const client = await connectSseClient(url, 1);
    return { broadcast: async (text) => client.invoke('broadcast', { text }), close: () => client.close() };
  }
  const client = await connectPostClient(url, { connections: 1 });
  return { broadcast: async (text) => void (await client.call('broadcast', { text })), close: () => client.close() };
}
