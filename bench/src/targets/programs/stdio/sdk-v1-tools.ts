import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { serveToolV1 } from './tool-server-v1.js';

await serveToolV1(new StdioServerTransport());
