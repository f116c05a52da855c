import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import type { RawTransport } from '../../../load/echo-client.js';
import { maxMessageBytes } from '../../limits.js';
import { serveTransport } from './serve-transport.js';

await serveTransport(new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: maxMessageBytes }) as RawTransport);
