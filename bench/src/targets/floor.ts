import type { EchoClient, EchoMessage } from '../load/echo-client.js';
import { endFloorProcess, startFloorProcess } from './floor-process.js';
import { createLineFeed, createLineWriter, readLines } from './floor-wire.js';
import type { ServerCommand, Target } from './target.js';

/** The least that an echo over newline-delimited JSON can cost in Node, parsing included. */
export const floor: Target = {
  name: 'floor',
  title: 'floor',
  role: 'floor',
  about: 'a 30-line newline-JSON echo written by hand, both sides, with parsing and without limits or error handling',
  program: 'floor.js',
  connect: connectFloor,
  framing: async () => ({
    createDecoder: (onmessage) => ({ feed: createLineFeed((line) => onmessage(JSON.parse(line))) }),
    encode: (message) => Buffer.from(`${JSON.stringify(message)}\n`),
  }),
};

async function connectFloor(server: ServerCommand): Promise<EchoClient> {
  const child = await startFloorProcess(server, (error) => client.onfault(error));
  const write = createLineWriter(child.stdin);
  const client: EchoClient = {
    send: (request) => write(JSON.stringify(request)),
    onmessage: () => {},
    onfault: () => {},
    close: () => {
      client.onfault = () => {};
      return endFloorProcess(child);
    },
  };
  readLines(child.stdout, (line) => client.onmessage(JSON.parse(line) as EchoMessage));
  return client;
}
