import { createSdkV1ToolClient } from './stdio/sdk-v1-tool-client.js';
import type { Target } from './target.js';

/** SDK v1 with this project's transport under it: what swapping one import changes for its user. */
export const sdkV1OnMcpwire: Target = {
  name: 'sdk-v1+mcpwire',
  title: 'SDK v1 on mcpwire',
  role: 'own',
  about: 'Client and McpServer of SDK v1 with the transports of @mcpwire/transport-stdio under them',
  packageName: '@mcpwire/transport-stdio',
  toolProgram: 'stdio/sdk-v1-tools-on-mcpwire.js',
  connectTool: async ({ command, args }) => {
    const { StdioClientTransport } = await import('@mcpwire/transport-stdio/client');
    return createSdkV1ToolClient(new StdioClientTransport({ command, args: [...args] }));
  },
};
