import { createFastMcp } from '../http/serve-fastmcp.js';

await createFastMcp().start({ transportType: 'stdio' });
