import type { EchoClient, EchoRequest } from '../load/echo-client.js';
import { endServerProcess, startServerProcess } from './server-process.js';
import { createLineWriter } from './stdio/floor-wire.js';
import type { ServerCommand, Target } from './target.js';

/** Lines there and back, never parsed: what the pipes and Node's streams cost by themselves. */
export const floorUnparsed: Target = {
  name: 'floor-unparsed',
  title: 'floor, unparsed',
  role: 'floor',
  about: 'the same lines moved there and back without parsing or building JSON: what pipes and streams cost by themselves',
  program: 'stdio/floor-unparsed.js',
  connect: connectFloorUnparsed,
};

async function connectFloorUnparsed(server: ServerCommand): Promise<EchoClient> {
  const child = await startServerProcess(server, (error) => client.onfault(error));
  const write = createLineWriter(child.stdin);
  let params: EchoRequest['params'] | undefined;
  let line = '';
  let lineBytes = 0;
  let answer = { id: 0, result: { text: '' } };
  const client: EchoClient = {
    send: (request) => {
      if (request.params !== params) {
        params = request.params;
        line = JSON.stringify({ ...request, id: 0 });
        lineBytes = Buffer.byteLength(line);
        answer = { id: 0, result: { text: String(params.text) } };
      }
      write(line);
    },
    onmessage: () => {},
    onfault: () => {},
    close: () => {
      client.onfault = () => {};
      return endServerProcess(child);
    },
  };
  let held = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      if (held + end - from !== lineBytes)
        return client.onfault(new Error(`a line of ${held + end - from} bytes came back where ${lineBytes} were sent`));
      held = 0;
      from = end + 1;
      // The lines carry no id of their own: the pipe keeps their order, so answers are numbered as they arrive.
      const current = answer;
      client.onmessage(current);
      current.id++;
    }
    held += chunk.length - from;
  });
  return client;
}
