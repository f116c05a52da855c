import { randomUUID } from 'node:crypto';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { replies } from './listen.js';
import { serveSdk } from './serve-sdk.js';

await serveSdk(
  (onsessioninitialized) =>
    new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized,
      enableJsonResponse: replies === 'json',
    }) as never,
);
