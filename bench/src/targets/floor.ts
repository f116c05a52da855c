import type { EchoClient, EchoMessage } from '../load/echo-client.js';
import { endServerProcess, startServerProcess } from './server-process.js';
import { createLineFeed, createLineWriter, readLines } from './stdio/floor-wire.js';
import type { ServerCommand, Target } from './target.js';

/** The least that an echo over newline-delimited JSON can cost in Node, parsing included. */
export const floor: Target = {
  name: 'floor',
  title: 'floor',
  role: 'floor',
  about:
    'an echo written by hand, with JSON.parse and without limits or error handling: newline-JSON in 30 lines on both sides, and over HTTP bare node:http and undici',
  program: 'stdio/floor.js',
  connect: connectFloor,
  http: {
    program: 'http/floor.js',
    modernProgram: 'http/floor.js',
    sseProgram: 'sse/floor.js',
    connect: connectFloorOverHttp,
    connectResuming: async (url, waitMs) => (await import('./http/resuming-floor-client.js')).connectResumingFloor(url, waitMs),
  },
  framing: async () => ({
    createDecoder: (onmessage) => ({ feed: createLineFeed((line) => onmessage(JSON.parse(line))) }),
    encode: (message) => Buffer.from(`${JSON.stringify(message)}\n`),
  }),
};

/** Loaded when it is wanted: over stdio nobody waits for an HTTP client. */
async function connectFloorOverHttp(url: string, connections: number): Promise<EchoClient> {
  return (await import('./http/floor-client.js')).connectFloorOverHttp(url, connections);
}

async function connectFloor(server: ServerCommand): Promise<EchoClient> {
  const child = await startServerProcess(server, (error) => client.onfault(error));
  const write = createLineWriter(child.stdin);
  const client: EchoClient = {
    send: (request) => write(JSON.stringify(request)),
    onmessage: () => {},
    onfault: () => {},
    close: () => {
      client.onfault = () => {};
      return endServerProcess(child);
    },
  };
  readLines(child.stdout, (line) => client.onmessage(JSON.parse(line) as EchoMessage));
  return client;
}
