import { readMachineClockMs } from '../../measure/machine-clock.js';
import { connectToServer } from '../../targets/http/connect-to-server.js';
import { findTarget } from '../../targets/index.js';
import { programOf, toProgramPath, toServerCommand } from '../../targets/server-command.js';
import type { EchoClient } from '../echo-client.js';
import { connectPostClient } from '../http/post-client.js';
import { ask, createPoster, toStatusError } from '../http/poster.js';
import { parseReply, toModernCall, toToolCall } from '../http/protocol.js';
import { openRaw } from '../http/raw-connection.js';
import { connectSseClient } from '../http/sse-client.js';

/** What a request travels over; `http-2026`: Streamable HTTP of 2026-07-28, which has no sessions. */
export type CancelCarrier = 'stdio' | 'sse' | 'http' | 'http-2026';
/** How it is cancelled: by a message, or by closing its connection. */
export type CancelWay = 'message' | 'disconnect';

/** A call of a tool that works until it is stopped. */
export interface Work {
  /** Cancels it, and returns when that was, by the machine's clock. */
  cancel(): number;
  /** Gives up what the call has opened. */
  end(): Promise<void>;
}

/** A server whose tool can be set to work. */
export interface Worker {
  begin(key: string): Promise<Work>;
  /** `unknown`, `working`, or when it was stopped, by the machine's clock. */
  stateOf(key: string): Promise<string>;
  close(): Promise<void>;
}

export interface WorkerOptions {
  readonly carrier: CancelCarrier;
  readonly by: CancelWay;
  readonly target: string;
  readonly core?: number | undefined;
}

/** Starts a target's server and connects to it. @throws Error when it has none for the carrier, or that does not come up. */
export async function openWorker({ carrier, by, target: name, core }: WorkerOptions): Promise<Worker> {
  const target = findTarget(name);
  if (carrier === 'stdio') {
    if (target.connect === undefined) throw new Error(`${name} has no client over stdio`);
    return overStdio(await target.connect(toServerCommand(programOf(target), [], core)));
  }
  const { sseProgram, program, modernProgram } = target.http ?? {};
  const chosen = { sse: sseProgram, http: program, 'http-2026': modernProgram }[carrier];
  if (chosen === undefined) throw new Error(`${name} has no server over ${carrier}`);
  const args = carrier === 'sse' ? [] : ['sse', ...(by === 'disconnect' ? ['--cancel-on-disconnect'] : [])];
  const open = { sse: overSse, http: overHttp, 'http-2026': overModernHttp }[carrier];
  return connectToServer(toServerCommand(toProgramPath(chosen), [], core, args), (url) => open(url, by));
}

const cancelled = (requestId: number | string): object => ({
  jsonrpc: '2.0',
  method: 'notifications/cancelled',
  params: { requestId, reason: 'measured' },
});

function overStdio(client: EchoClient): Worker {
  let id = 0;
  const answers = new Map<unknown, { resolve: (text: string) => void; reject: (error: Error) => void }>();
  client.onmessage = ({ id: answered, result }) => {
    answers.get(answered)?.resolve(result?.text ?? '');
    answers.delete(answered);
  };
  client.onfault = (error) => {
    for (const { reject } of answers.values()) reject(error);
  };
  return {
    begin: async (key) => {
      const requestId = id++;
      client.send({ jsonrpc: '2.0', id: requestId, method: 'work', params: { key } });
      return {
        cancel: () => {
          const at = readMachineClockMs();
          client.send(cancelled(requestId) as never);
          return at;
        },
        end: async () => {},
      };
    },
    stateOf: (key) =>
      new Promise((resolve, reject) => {
        answers.set(id, { resolve, reject });
        client.send({ jsonrpc: '2.0', id: id++, method: 'work_state', params: { key } });
      }),
    close: () => client.close(),
  };
}

async function overSse(url: string, by: CancelWay): Promise<Worker> {
  const asking = await connectSseClient(url, 1);
  return {
    // A session of its own, as its end is that of all that it asked for.
    begin: async (key) => {
      const client = by === 'disconnect' ? await connectSseClient(url, 1) : asking;
      client.post(toToolCall(key, 'work', { key }));
      return {
        cancel: () => {
          const at = readMachineClockMs();
          if (by === 'message') client.post(cancelled(key));
          else void client.close();
          return at;
        },
        end: async () => {
          if (client !== asking) await client.close();
        },
      };
    },
    stateOf: (key) => asking.call('work_state', { key }),
    close: () => asking.close(),
  };
}

async function overHttp(url: string, by: CancelWay): Promise<Worker> {
  const client = await connectPostClient(url, { connections: 2 });
  const poster = createPoster(url, 1);
  return {
    begin: async (key) => {
      const body = JSON.stringify(toToolCall(key, 'work', { key }));
      const connection = await openRaw(url, { method: 'POST', headers: client.headers, body });
      return {
        cancel: () => {
          const at = readMachineClockMs();
          if (by === 'message') poster.post({ ...client.headers }, JSON.stringify(cancelled(key)), () => {});
          else connection.close();
          return at;
        },
        end: async () => connection.close(),
      };
    },
    stateOf: (key) => client.call('work_state', { key }),
    close: async () => {
      await Promise.all([client.close(), poster.close()]);
    },
  };
}

async function overModernHttp(url: string): Promise<Worker> {
  const poster = createPoster(url, 1);
  let asked = 0;
  return {
    begin: async (key) => {
      const { headers, message } = toModernCall(key, 'work', { key });
      const connection = await openRaw(url, { method: 'POST', headers, body: JSON.stringify(message) });
      return {
        cancel: () => {
          const at = readMachineClockMs();
          connection.close();
          return at;
        },
        end: async () => connection.close(),
      };
    },
    stateOf: async (key) => {
      const { headers, message } = toModernCall(`state-${asked++}`, 'work_state', { key });
      const reply = await ask(poster, headers, message);
      if (reply.status !== 200) throw toStatusError(reply);
      const { result } = parseReply(reply.type, reply.body) as { result?: { content?: { text?: string }[] } };
      return result?.content?.[0]?.text ?? 'unknown';
    },
    close: () => poster.close(),
  };
}
