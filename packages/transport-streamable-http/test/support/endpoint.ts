import { setTimeout as sleep } from 'node:timers/promises';
import type { Peer, RequestHandler } from '@mcpwire/jsonrpc';
import { afterEach, beforeEach } from 'vitest';
import {
  createStreamableHTTPHandler,
  type SessionTransport,
  type StreamableHTTPHandler,
  type StreamableHTTPHandlerOptions,
} from '../../src/server.js';
import { connect, LegacyClient } from './legacy.js';
import type { Adapter, Served } from './modern.js';

/** An endpoint with sessions, made by `serve` and gone after each test. */
export class Endpoint {
  served!: Served;
  handler!: StreamableHTTPHandler;
  client!: LegacyClient;
  /** What the handler, the adapter or a transport has reported. */
  errors: Error[] = [];
  /** The servers of the sessions, in the order in which those were opened. */
  peers: Peer[] = [];
  transports: SessionTransport[] = [];
  readonly #adapter: Adapter;
  #toEnd: (() => Promise<void>)[] = [];

  constructor(adapter: Adapter) {
    this.#adapter = adapter;
    beforeEach(() => {
      this.errors = [];
      this.peers = [];
      this.transports = [];
      this.#toEnd = [];
    });
    afterEach(async () => {
      for (const end of this.#toEnd.reverse()) await end();
      // A vitest worker may hold an immediate of its own for a moment.
      await sleep(0);
    });
  }

  get peer(): Peer {
    return this.peers.at(-1) as Peer;
  }

  get transport(): SessionTransport {
    return this.transports.at(-1) as SessionTransport;
  }

  readonly onerror = (error: Error): void => {
    this.errors.push(error);
  };

  /** Serves sessions whose servers have these methods. May be called again, for another endpoint beside. */
  async serve(
    handlers: Record<string, RequestHandler> = {},
    options: StreamableHTTPHandlerOptions = {},
    highWaterMarkBytes?: number,
  ): Promise<LegacyClient> {
    const handler = createStreamableHTTPHandler({
      // What is asked for without sessions has none.
      ...(!options.onrequest && {
        onsession: async (transport: SessionTransport) => {
          this.transports.push(transport);
          this.peers.push(await connect(transport, handlers, { onerror: this.onerror }));
        },
      }),
      onerror: this.onerror,
      ...options,
    });
    const served = await this.#adapter.serve(handler, { onerror: this.onerror, ...(highWaterMarkBytes && { highWaterMarkBytes }) });
    this.handler = handler;
    this.served = served;
    this.client = new LegacyClient(served);
    this.#toEnd.push(async () => {
      await handler.close({ graceMs: 0 });
      await served.dispose();
    });
    return this.client;
  }
}
