import { SSEServerTransport } from '@modelcontextprotocol/server-legacy/sse';
import { serveSdk } from './serve-sdk.js';

await serveSdk((response) => new SSEServerTransport('/messages', response) as never);
