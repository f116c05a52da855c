// An echo over gRPC, with the library for Node that is maintained by its project.
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { pace } from '../../load/pacer.js';
import { createText } from '../../load/text.js';
import { Echo, type NumberedText, type Tick, type Ticks } from '../grpc/service.js';

const server = new Server();
server.addService(Echo.service, {
  Call: ({ request }: ServerUnaryCall<NumberedText, NumberedText>, reply: sendUnaryData<NumberedText>) => reply(null, request),
  Talk: (call: ServerDuplexStream<NumberedText, NumberedText>) => {
    call.on('data', (message: NumberedText) => call.write(message));
    call.on('end', () => call.end());
  },
  Listen: (call: ServerWritableStream<Ticks, Tick>) => {
    const { bytes, count, perSecond } = call.request;
    const text = createText(bytes);
    void pace(count, perSecond, (_, dueAtMs) => call.write({ text, dueAtMs })).then(() => call.end());
  },
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`http://127.0.0.1:${port}/\n`);
  process.stdin.on('end', () => process.exit()).resume();
});
