import { StdioClientTransport } from '@mcpwire/transport-stdio/client';

const transport = new StdioClientTransport({ command: 'node', args: ['-e', 'console.error("no configuration"); process.exit(2)'], stderr: 'pipe' });
transport.stderr?.on('data', (chunk) => console.log(`the server says: ${String(chunk).trim()}`));
transport.onclose = (reason) => console.log(reason?.exitCode, reason?.error?.message);
await transport.start();
