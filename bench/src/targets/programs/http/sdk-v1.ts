import { randomUUID } from 'node:crypto';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { replies } from './listen.js';
import { serveSdk } from './serve-sdk.js';

await serveSdk(
  (onsessioninitialized) =>
    new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized,
      enableJsonResponse: replies === 'json',
    }) as never,
);
