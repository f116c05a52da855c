import autocannon from 'autocannon';
import type { Histogram } from 'hdr-histogram-js';
import { toNanoseconds } from '../paced.js';
import { type PostClient, toToolText } from './post-client.js';
import { toToolCall } from './protocol.js';

export interface AutocannonOptions {
  readonly url: string;
  /** Whose session the calls belong to: its headers, and the media type that it was answered with. */
  readonly client: Pick<PostClient, 'headers' | 'replyType'>;
  /** Each has one request under way at a time. */
  readonly connections: number;
  /** The id of the first request; no other has one of those before. */
  readonly firstId: number;
  readonly text: string;
  /** Receives the latencies in nanoseconds: autocannon's own histogram has whole milliseconds. */
  readonly latencies: Histogram;
}

/** It looks this often whether all its connections are done. */
const sampleMs = 10;

/**
 * autocannon's closed loop, with calls of the `echo` tool. Every request has an id of its own, set as the answer before it arrives, and every answer is checked for that
 * id and the text. Of the ways that autocannon has for this, `setBody` and `onResponse` cost least: with them it takes as much CPU time for a message as this bench's
 * own closed loop; the same request again and again, its answers unread, takes two thirds of that. Each burst opens its connections anew.
 */
export class Autocannon {
  readonly #options: AutocannonOptions;
  #nextId: number;
  #ending: Promise<void> = Promise.resolve();

  constructor(options: AutocannonOptions) {
    this.#options = options;
    this.#nextId = options.firstId;
  }

  /** Resolves when nothing is left to do of the burst before: autocannon's own figures come after its time has been taken. Never rejects. */
  settle(): Promise<void> {
    return this.#ending;
  }

  /**
   * Makes `count` calls, at least one for each connection, and resolves with the milliseconds that they took.
   * @throws Error naming the first answer that is none, or saying how many requests have no answer.
   */
  async drive(count: number): Promise<number> {
    await this.settle();
    const { url, client, connections } = this.#options;
    return new Promise((resolve, reject) => {
      let answered = 0;
      let atWork = connections;
      let fault: Error | undefined;
      const fail = (error: Error): void => {
        fault ??= error;
        run.stop();
      };
      const end = (): void => {
        const elapsedMs = performance.now() - startedAt;
        const lost = `${answered} of ${count} requests were answered; the server closed the connections of the others`;
        if (answered !== count) fault ??= new Error(lost);
        if (fault === undefined) resolve(elapsedMs);
        else reject(new Error(`autocannon: ${fault.message}`));
      };
      const setupClient = (connection: autocannon.Client): void => {
        this.#prepare(connection, () => answered++, fail);
        (connection as NodeJS.EventEmitter).on('done', () => --atWork === 0 && end());
      };
      const startedAt = performance.now();
      const headers = { ...client.headers };
      const options = { url, method: 'POST', headers, connections, amount: count, sampleInt: sampleMs, setupClient } as const;
      let settled: () => void = () => {};
      this.#ending = new Promise((done) => {
        settled = done;
      });
      const run = autocannon(options, (error) => {
        settled();
        if (error) reject(error);
      });
      run.on('reqError', fail);
    });
  }

  /** Gives a connection its first request, and with each answer the next. */
  #prepare(connection: autocannon.Client, count: () => void, fail: (error: Error) => void): void {
    const { client, text, latencies } = this.#options;
    const toBody = (): string => JSON.stringify(toToolCall(id, 'echo', { text }));
    let id = this.#nextId++;
    const onResponse = (status: number, body: string): void => {
      try {
        if (toToolText({ status, type: client.replyType, body }, id) !== text)
          throw new Error(`the answer to request ${id} has another text than was sent`);
      } catch (error) {
        return fail(error as Error);
      }
      count();
      id = this.#nextId++;
      connection.setBody(toBody());
    };
    connection.setRequests([{ body: toBody(), onResponse }]);
    connection.on('response', (_status, _bytes, tookMs) => latencies.recordValue(toNanoseconds(tookMs)));
  }
}
