import { REVISIONS } from '@mcpwire/protocol';
import type { Driver, DriverOptions } from '../driver.js';
import { createEndpoint } from '../raw/http-endpoint.js';
import { StreamableHttpConnection } from '../raw/streamable-http-connection.js';
import type { HttpTarget } from '../target.js';

/** Each connection is a client of its own, with its own TCP connections and, where the server gives one, its own session. */
export function createStreamableHttpDriver(target: HttpTarget, options: DriverOptions): Driver<StreamableHttpConnection> {
  const open = new Set<StreamableHttpConnection>();
  const endpoint = createEndpoint(target);
  return {
    transport: 'streamable-http',
    revisions: REVISIONS.filter((revision) => revision !== '2024-11-05'),
    async connect(revision) {
      const connection = await StreamableHttpConnection.open(endpoint, revision, options);
      open.add(connection);
      return connection;
    },
    async close() {
      await Promise.all([...open].map((connection) => connection.close()));
    },
  };
}
