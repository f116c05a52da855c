import { StdioServerTransport } from '@mcpwire/transport-stdio/server';
import { serveToolV1 } from './tool-server-v1.js';

await serveToolV1(new StdioServerTransport());
