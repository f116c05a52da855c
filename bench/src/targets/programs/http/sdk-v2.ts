import { randomUUID } from 'node:crypto';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { keepsEvents, replies } from './listen.js';
import { createSdkEventStore } from './sdk-event-store.js';
import { serveSdk } from './serve-sdk.js';

await serveSdk(
  (onsessioninitialized) =>
    new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized,
      enableJsonResponse: replies === 'json',
      ...(keepsEvents && { eventStore: createSdkEventStore() as never }),
    }) as never,
);
