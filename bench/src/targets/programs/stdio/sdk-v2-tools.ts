import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { serveToolV2 } from './tool-server-v2.js';

await serveToolV2(new StdioServerTransport());
