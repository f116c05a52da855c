import { StdioServerTransport } from '@mcpwire/transport-stdio/server';
import { serveToolV2 } from './tool-server-v2.js';

await serveToolV2(new StdioServerTransport());
