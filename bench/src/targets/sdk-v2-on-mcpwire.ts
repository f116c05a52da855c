import { createSdkV2ToolClient } from './stdio/sdk-v2-tool-client.js';
import type { Target } from './target.js';

/** SDK v2 with this project's transport under it: what swapping one import changes for its user. */
export const sdkV2OnMcpwire: Target = {
  name: 'sdk-v2+mcpwire',
  title: 'SDK v2 on mcpwire',
  role: 'own',
  about: 'Client and McpServer of SDK v2 with the transports of @mcpwire/transport-stdio under them',
  packageName: '@mcpwire/transport-stdio',
  toolProgram: 'stdio/sdk-v2-tools-on-mcpwire.js',
  connectTool: async ({ command, args }) => {
    const { StdioClientTransport } = await import('@mcpwire/transport-stdio/client');
    return createSdkV2ToolClient(new StdioClientTransport({ command, args: [...args] }));
  },
};
