import type { Driver, DriverOptions } from '../driver.js';
import { SseConnection } from '../raw/sse-connection.js';
import type { HttpTarget } from '../target.js';

/** Each connection is a client of its own: a stream, and the POSTs that go with it. HTTP+SSE exists in 2024-11-05 alone. */
export function createSseDriver(target: HttpTarget, options: DriverOptions): Driver<SseConnection> {
  const open = new Set<SseConnection>();
  return {
    transport: 'sse',
    revisions: ['2024-11-05'],
    async connect() {
      const connection = await SseConnection.open(target, options);
      open.add(connection);
      return connection;
    },
    async close() {
      await Promise.all([...open].map((connection) => connection.close()));
    },
  };
}
