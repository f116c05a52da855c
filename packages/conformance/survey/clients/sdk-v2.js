// A client on the official SDK's second major, which finds out itself which era its server is of. `node sdk-v2.js URL|COMMAND…`
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { address, connectTimeoutMs, follow, isHttp, tell } from './steps.js';

const [first, ...args] = address;
const client = new Client({ name: 'sdk-v2', version: '2.4.0' }, { versionNegotiation: { mode: 'auto' } });
client.onerror = tell;
const transport = isHttp
  ? new StreamableHTTPClientTransport(new URL(first))
  : new StdioClientTransport({ command: first, args, stderr: 'ignore' });

await follow({
  connect: () => client.connect(transport, connectTimeoutMs === undefined ? undefined : { timeout: connectTimeoutMs }),
  methods: {
    'tools/list': (params, options) => client.listTools(params, options),
    'tools/call': (params, options) => client.callTool(params, options),
    'resources/read': (params, options) => client.readResource(params, options),
    'prompts/get': (params, options) => client.getPrompt(params, options),
  },
  async close() {
    // The SDK leaves to the program whether a session ends.
    if (isHttp) await transport.terminateSession();
    await client.close();
  },
});
