import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { RawTransport } from '../../../load/echo-client.js';
import { maxMessageBytes } from '../../limits.js';
import { allowWaitingSends } from '../../stdio/waiting-sends.js';
import { serveTransport } from './serve-transport.js';

allowWaitingSends();
await serveTransport(new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: maxMessageBytes }) as RawTransport);
