import type { RawTransport } from '../../../load/echo-client.js';
import { createHandler, type Send } from './handle.js';

/** Serves the bench's methods over a transport, without a protocol layer above it. */
export async function serveTransport(transport: RawTransport): Promise<void> {
  transport.onmessage = createHandler(((message) => transport.send(message as never)) as Send) as (message: never) => void;
  transport.onerror = (error) => console.error(error);
  await transport.start();
}
