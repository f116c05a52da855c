import { createTransportClient, type EchoClient, type RawTransport } from '../echo-client.js';
import { initializedNotification, initializeRequest, protocolVersion } from './protocol.js';

/** The part of a client transport over HTTP that opens a session. */
interface SessionTransport extends RawTransport {
  setProtocolVersion?(version: string): void;
}

const timeoutMs = 10_000;

/**
 * Starts a client transport and opens a session with it, as the SDK's Client would.
 * @throws Error when the server does not answer in time, or the transport reports a fault.
 */
export async function connectTransportSession(transport: SessionTransport): Promise<EchoClient> {
  const client = await createTransportClient(transport);
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`initialize was not answered within ${timeoutMs} ms`)), timeoutMs);
      client.onfault = reject;
      client.onmessage = () => {
        clearTimeout(timer);
        resolve();
      };
      transport.send(initializeRequest as never).catch(reject);
    });
    transport.setProtocolVersion?.(protocolVersion);
    await transport.send(initializedNotification as never);
  } catch (error) {
    await client.close();
    throw error;
  }
  return client;
}
