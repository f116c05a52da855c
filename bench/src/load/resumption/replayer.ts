import { setTimeout as delay } from 'node:timers/promises';
import { type EventReader, openEventReader } from '../http/event-reader.js';
import { connectPostClient, type PostClient } from '../http/post-client.js';

/** What one replay took. */
export interface Replay {
  /** From the request to the first event. */
  readonly firstEventMs: number;
  /** From the request to the last event. */
  readonly elapsedMs: number;
}

const timeoutMs = 30_000;
const lastText = '"pushed all"';

/**
 * A session whose stream has carried a known number of events, all of which the server keeps, and a client that comes back for all but the first of them.
 * Every replay is checked: as many events, with the ids of the first time and in their order.
 */
export class Replayer {
  readonly #url: string;
  readonly #client: PostClient;
  #ids: readonly string[] = [];

  private constructor(url: string, client: PostClient) {
    this.#url = url;
    this.#client = client;
  }

  /** @throws Error when the server opens no stream, or gives its events no ids. */
  static async open(url: string, events: number, bytes: number): Promise<Replayer> {
    const client = await connectPostClient(url, { connections: 1 });
    try {
      const replayer = new Replayer(url, client);
      const filled = await replayer.#read(undefined, async () => {
        await client.call('push', { bytes: (events - 1) * bytes, pieceBytes: bytes });
      });
      if (filled.ids.length !== events) throw new Error(`${filled.ids.length} events arrived where ${events} were sent`);
      replayer.#ids = filled.ids;
      return replayer;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /** Comes back with the id of the first event. */
  async replay(): Promise<Replay> {
    const wanted = this.#ids.length - 1;
    const { ids, firstEventMs, elapsedMs } = await this.#read(this.#ids[0]);
    if (ids.length !== wanted) throw new Error(`${ids.length} events were replayed where ${wanted} were missing`);
    const wrong = ids.findIndex((id, i) => id !== this.#ids[i + 1]);
    if (wrong !== -1) throw new Error(`event ${wrong} of a replay had the id ${ids[wrong]} where it had ${this.#ids[wrong + 1]} before`);
    return { firstEventMs, elapsedMs };
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Opens the stream and reads it up to the last event. `onopen` is called once it is open. */
  async #read(lastEventId: string | undefined, onopen?: () => Promise<void>): Promise<Replay & { ids: string[] }> {
    for (const until = performance.now() + timeoutMs; ; await delay(2)) {
      try {
        return await this.#readOnce(lastEventId, onopen);
      } catch (error) {
        // The server has not yet heard that the stream before is closed.
        if (!(error as Error).message.includes('status 409') || performance.now() > until) throw error;
      }
    }
  }

  async #readOnce(lastEventId: string | undefined, onopen?: () => Promise<void>): Promise<Replay & { ids: string[] }> {
    const ids: string[] = [];
    let firstAt = 0;
    let reader: EventReader | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      const startedAt = performance.now();
      const lastAt = await new Promise<number>((resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`after ${timeoutMs} ms ${ids.length} events have come, and not the last`)), timeoutMs);
        openEventReader(this.#url, {
          headers: {
            ...this.#client.headers,
            accept: 'text/event-stream',
            ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
          },
          onevent: (_, data, id) => {
            if (ids.length === 0) firstAt = performance.now();
            if (id === undefined) return reject(new Error('an event came without an id, so nobody could come back for what follows it'));
            ids.push(id);
            if (data.includes(lastText)) resolve(performance.now());
          },
          onend: reject,
        })
          .then((opened) => {
            reader = opened;
            return onopen?.();
          })
          .catch(reject);
      });
      return { ids, firstEventMs: firstAt - startedAt, elapsedMs: lastAt - startedAt };
    } finally {
      clearTimeout(timer);
      await reader?.close();
    }
  }
}
