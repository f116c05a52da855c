// Served as its README says: its own server on node:http, with the event store that it has by itself.
import { serveFastMcp } from './serve-fastmcp.js';

await serveFastMcp('/mcp');
