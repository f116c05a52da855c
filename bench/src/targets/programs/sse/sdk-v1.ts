import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { serveSdk } from './serve-sdk.js';

await serveSdk((response) => new SSEServerTransport('/messages', response) as never);
