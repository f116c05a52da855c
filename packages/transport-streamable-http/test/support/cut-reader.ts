import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { createEventStreamDecoder } from '@mcpwire/event-stream';

export interface CutReaderOptions {
  url: string;
  /** Sent with every request. */
  headers: Record<string, string>;
  /** What opens the stream by POST; without it, GET does. */
  post?: object;
  /** How many bytes of the next connection are read before it is cut, wherever in an event that is; undefined to cut it no more. */
  cutAfter: (hasEventId: boolean) => number | undefined;
  /** A message. @returns true when it is the last one that is waited for */
  onmessage: (message: Message) => boolean;
}

export interface Message {
  id?: number;
  method?: string;
  params: Record<string, unknown>;
}

/**
 * Reads one stream, whose connection it cuts again and again, and comes back with Last-Event-ID, until the last message is there.
 * @returns how often it was cut
 */
export async function readThroughCuts(options: CutReaderOptions): Promise<number> {
  // No connection is used twice: each is cut.
  const agent = new Agent({ keepAlive: false });
  let lastEventId: string | undefined;
  let cuts = 0;
  for (;;) {
    const limit = options.cutAfter(lastEventId !== undefined);
    const isOver = await readOnce({
      ...options,
      agent,
      limit,
      lastEventId,
      onid: (id) => {
        lastEventId = id;
      },
    });
    if (isOver) return cuts;
    cuts++;
  }
}

interface Connection extends CutReaderOptions {
  agent: Agent;
  limit: number | undefined;
  lastEventId: string | undefined;
  onid: (id: string) => void;
}

/** @returns true when the last message has come, false when the connection was cut before */
async function readOnce({ url, headers, post, agent, limit, lastEventId, onid, onmessage }: Connection): Promise<boolean> {
  const resumes = lastEventId !== undefined;
  const method = post && !resumes ? 'POST' : 'GET';
  const fields = {
    ...headers,
    accept: 'application/json, text/event-stream',
    ...(method === 'POST' && { 'content-type': 'application/json' }),
    ...(resumes && { 'last-event-id': lastEventId }),
  };
  return await new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers: fields, agent }, (response: IncomingMessage) => {
      if (response.statusCode !== 200) {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => reject(new Error(`${method} ${lastEventId} was answered with ${response.statusCode}: ${text}`)));
        return;
      }
      let left = limit ?? Number.POSITIVE_INFINITY;
      let isOver = false;
      const decoder = createEventStreamDecoder({
        onevent: ({ id, data }) => {
          // A browser has the id with the event: from here on this is what it would come back with.
          if (id !== undefined) onid(id);
          if (data !== '') isOver = onmessage(JSON.parse(data) as Message) || isOver;
        },
        onerror: reject,
      });
      response.on('data', (chunk: Buffer) => {
        if (left <= 0) return;
        decoder.feed(chunk.subarray(0, left));
        left -= chunk.length;
        if (isOver || left <= 0) {
          request.destroy();
          resolve(isOver);
        }
      });
      response.on('end', () => reject(new Error(`The server ended a stream, after ${lastEventId}`)));
      // What a connection that is cut tells of it.
      response.on('error', () => {});
      if (limit === 0) {
        request.destroy();
        resolve(false);
      }
    });
    request.on('error', (error) => (limit === undefined ? reject(error) : resolve(false)));
    request.end(post && method === 'POST' ? JSON.stringify(post) : undefined);
  });
}
