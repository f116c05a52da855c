import { setTimeout as delay } from 'node:timers/promises';
import type { EchoClient, EchoMessage } from '../../load/echo-client.js';
import { type EventReader, openEventReader } from '../../load/http/event-reader.js';
import { connectFloorOverHttp, type FloorClient } from './floor-client.js';

/** The least that a client can do that comes back to its stream: it remembers the last id, and asks again until it is answered. */
export async function connectResumingFloor(url: string, waitMs: number): Promise<EchoClient> {
  const client: FloorClient = await connectFloorOverHttp(url, 1);
  const close = client.close.bind(client);
  let lastEventId: string | undefined;
  let reader: EventReader | undefined;
  let isClosed = false;
  const open = async (): Promise<void> => {
    reader = await openEventReader(url, {
      headers: { ...client.headers, accept: 'text/event-stream', ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
      onevent: (_, data, id) => {
        lastEventId = id;
        client.onmessage(JSON.parse(data) as EchoMessage);
      },
      onend: () => void comeBack(),
    });
  };
  const comeBack = async (): Promise<void> => {
    await reader?.close();
    while (!isClosed) {
      await delay(waitMs);
      try {
        return await open();
      } catch {
        // Not yet.
      }
    }
  };
  await open();
  client.close = async () => {
    isClosed = true;
    await Promise.all([reader?.close(), close()]);
  };
  return client;
}
