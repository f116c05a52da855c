import { type Client, type ClientDuplexStream, type ClientReadableStream, credentials } from '@grpc/grpc-js';
import type { Channel } from '../../load/channel.js';
import type { EchoMessage } from '../../load/echo-client.js';
import { Echo, type NumberedText, type Tick, type Ticks } from './service.js';

/** The methods that the library makes of the service. */
interface EchoStub extends Client {
  Call(request: NumberedText, settle: (error: Error | null, reply?: NumberedText) => void): void;
  Talk(): ClientDuplexStream<NumberedText, NumberedText>;
  Listen(request: Ticks): ClientReadableStream<Tick>;
}

/**
 * Connects to the echo over gRPC, on one connection of HTTP/2 without TLS. A message is a call of its own, or one of a stream that stays open both ways.
 * @throws Error when the server can't be reached within 10 s.
 */
export async function connectGrpc(url: string, way: 'call' | 'stream'): Promise<Channel> {
  const stub = new Echo(new URL(url).host, credentials.createInsecure()) as unknown as EchoStub;
  await new Promise<void>((resolve, reject) => stub.waitForReady(Date.now() + 10_000, (error) => (error ? reject(error) : resolve())));
  const take = ({ id, text }: NumberedText): void => channel.onmessage({ id, result: { text } });
  const settle = (error: Error | null, reply?: NumberedText): void => (reply === undefined ? fail(error as Error) : take(reply));
  const fail = (error: Error): void => channel.onfault(error);
  const talk = way === 'stream' ? stub.Talk() : undefined;
  talk?.on('data', take).on('error', fail);
  const channel: Channel = {
    send: ({ id, params }) => {
      const message = { id, text: params.text as string };
      if (talk === undefined) stub.Call(message, settle);
      else talk.write(message);
    },
    tick: (ticks) => {
      stub
        .Listen(ticks)
        .on('data', (params: Tick) => channel.onmessage({ method: 'notifications/tick', params } satisfies EchoMessage))
        .on('error', fail);
    },
    onmessage: () => {},
    onfault: () => {},
    close: async () => {
      channel.onfault = () => {};
      talk?.end();
      stub.close();
    },
  };
  return channel;
}
