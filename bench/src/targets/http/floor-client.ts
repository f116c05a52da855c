import type { EchoClient, EchoMessage } from '../../load/echo-client.js';
import { openSession } from '../../load/http/open-session.js';
import { createPoster } from '../../load/http/poster.js';
import { acceptEither, toPostHeaders } from '../../load/http/protocol.js';

/** It shows the headers of its POSTs, which have the session's id. */
export interface FloorClient extends EchoClient {
  readonly headers: Readonly<Record<string, string>>;
}

/** The least that a client over HTTP can do: a POST for each message, and JSON.parse of what comes back. */
export async function connectFloorOverHttp(url: string, connections: number): Promise<FloorClient> {
  const poster = createPoster(url, connections);
  const headers = toPostHeaders(acceptEither, await openSession(poster, acceptEither));
  const client: FloorClient = {
    headers,
    send: (request) =>
      poster.post(headers, JSON.stringify(request), (error, reply) => {
        if (reply === undefined) client.onfault(error as Error);
        else client.onmessage(JSON.parse(reply.body) as EchoMessage);
      }),
    onmessage: () => {},
    onfault: () => {},
    close: () => {
      client.onfault = () => {};
      return poster.close();
    },
  };
  return client;
}
