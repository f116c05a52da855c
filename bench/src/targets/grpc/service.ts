import { loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';

/** A text with the number of its request, as Protocol Buffers. */
export interface NumberedText {
  readonly id: number;
  readonly text: string;
}

/** What the server is asked to send by itself. */
export interface Ticks {
  readonly bytes: number;
  readonly count: number;
  readonly perSecond: number;
}

/** One of those, with the time that it was meant for by the machine's clock. */
export interface Tick {
  readonly text: string;
  readonly dueAtMs: number;
}

const field = (type: string, id: number): object => ({ type, id });
const number = (id: number): object => field('int32', id);

const schema = {
  nested: {
    NumberedText: { fields: { id: number(1), text: field('string', 2) } },
    Ticks: { fields: { bytes: number(1), count: number(2), perSecond: number(3) } },
    Tick: { fields: { text: field('string', 1), dueAtMs: field('double', 2) } },
    Echo: {
      methods: {
        Call: { requestType: 'NumberedText', responseType: 'NumberedText' },
        Talk: { requestType: 'NumberedText', requestStream: true, responseType: 'NumberedText', responseStream: true },
        Listen: { requestType: 'Ticks', responseType: 'Tick', responseStream: true },
      },
    },
  },
};

/** The service: an echo by calls (`Call`) and on a stream both ways (`Talk`), and messages that the server sends by itself (`Listen`). */
export const Echo: ServiceClientConstructor = loadPackageDefinition(fromJSON(schema as never, { keepCase: true, defaults: true }))
  .Echo as ServiceClientConstructor;
