/** A request of the load generator. Every target sends exactly this object. */
export interface EchoRequest {
  jsonrpc: '2.0';
  id: number;
  method: string;
  params: Record<string, unknown>;
}

/** What comes back: an answer, or a notification where `id` is absent. */
export interface EchoMessage {
  id?: number | string;
  method?: string;
  params?: { text?: string; dueAtMs?: number; progressToken?: number | string; progress?: number; message?: string };
  result?: { text: string };
}

/**
 * The one face that every target shows to the load generator, kept thin because its cost is measured with the rest.
 * `send` never throws and never answers: what goes wrong arrives at `onfault`.
 */
export interface EchoClient {
  send(request: EchoRequest): void;
  onmessage: (message: EchoMessage) => void;
  onfault: (error: Error) => void;
  close(): Promise<void>;
}

/** The part of a Transport, ours or an SDK's, that the load generator drives. */
export interface RawTransport {
  start(): Promise<void>;
  send(message: EchoRequest, options?: { relatedRequestId?: number | string | undefined }): Promise<void>;
  close(): Promise<void>;
  onmessage?: ((message: never) => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onclose?: (() => void) | undefined;
}

/** Starts a transport and drives it directly, without a protocol layer above it. */
export async function createTransportClient(transport: RawTransport): Promise<EchoClient> {
  const client: EchoClient = {
    // A rejection is left unhandled on purpose: the worker fails the cell on it, and a handler for each message would cost.
    send: (request) => void transport.send(request),
    onmessage: () => {},
    onfault: () => {},
    close: () => {
      client.onfault = () => {};
      return transport.close();
    },
  };
  transport.onmessage = ((message: EchoMessage) => client.onmessage(message)) as (message: never) => void;
  transport.onerror = (error) => client.onfault(error);
  transport.onclose = () => client.onfault(new Error('the server ended the connection'));
  await transport.start();
  return client;
}
