import { serveFastMcp } from '../http/serve-fastmcp.js';

await serveFastMcp('/sse');
