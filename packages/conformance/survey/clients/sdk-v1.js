// A client on the official SDK, used as its documentation shows. `node sdk-v1.js URL|COMMAND…`
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { address, connectTimeoutMs, follow, isHttp, tell } from './steps.js';

const [first, ...args] = address;
const client = new Client({ name: 'sdk-v1', version: '1.32.2' });
client.onerror = tell;
const transport = isHttp
  ? new StreamableHTTPClientTransport(new URL(first))
  : new StdioClientTransport({ command: first, args, stderr: 'ignore' });

await follow({
  connect: () => client.connect(transport, connectTimeoutMs === undefined ? undefined : { timeout: connectTimeoutMs }),
  methods: {
    'tools/list': (params, options) => client.listTools(params, options),
    'tools/call': (params, options) => client.callTool(params, undefined, options),
    'resources/read': (params, options) => client.readResource(params, options),
    'prompts/get': (params, options) => client.getPrompt(params, options),
  },
  async close() {
    // The SDK leaves to the program whether a session ends.
    if (isHttp) await transport.terminateSession();
    await client.close();
  },
});
