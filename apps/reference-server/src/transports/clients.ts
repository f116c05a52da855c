import { type Transport, tap } from '@mcpwire/jsonrpc';
import { Note } from '../note.js';
import { createReferenceServer, type ReferenceServer } from '../server.js';
import { describeMessage } from './message-log.js';
import type { ServeOptions } from './transport.js';

/** Everybody who is being served by one process, over whatever transport: a server for each, and one note for all. */
export class Clients {
  readonly #options: ServeOptions;
  readonly #note = new Note();
  readonly #servers = new Set<ReferenceServer>();
  #stopping = false;

  constructor(options: ServeOptions) {
    this.#options = options;
  }

  /** Serves whoever is at the other end. */
  async serve(transport: Transport, options: { sharedChannel: boolean }): Promise<ReferenceServer> {
    const { server: common, log, graceMs } = this.#options;
    if (log)
      tap(transport, {
        onreceive: (message) => log(`→ ${describeMessage(message)}`),
        onsend: (message) => log(`← ${describeMessage(message)}`),
      });
    const server = createReferenceServer(transport, {
      ...common,
      ...options,
      note: this.#note,
      onerror: (error) => log?.(`${error.name}: ${error.message}`),
    });
    this.#servers.add(server);
    void server.closed.then(() => this.#servers.delete(server));
    await server.start();
    if (this.#stopping) void server.stop({ graceMs });
    return server;
  }

  /** Takes no new work from anybody, and waits for the answers that are still to come. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const { graceMs } = this.#options;
    await Promise.all([...this.#servers].map((server) => server.stop({ graceMs })));
  }
}
