import { REVISIONS } from '@mcpwire/protocol';
import type { Driver, DriverOptions } from '../driver.js';
import { StdioConnection } from '../raw/stdio-connection.js';
import type { StdioTarget } from '../target.js';

/** Each connection is a process of its own. */
export function createStdioDriver(target: StdioTarget, options: DriverOptions): Driver<StdioConnection> {
  const open = new Set<StdioConnection>();
  return {
    transport: 'stdio',
    revisions: REVISIONS,
    async connect() {
      const connection = await StdioConnection.start(target, options.redact);
      open.add(connection);
      void connection.exited.then(() => open.delete(connection));
      return connection;
    },
    async close() {
      await Promise.all([...open].map((connection) => connection.close()));
    },
  };
}
