/** The targets whose servers take calls of the bench's tools over Streamable HTTP. */
export const httpServers: readonly string[] = ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1', 'tmcp', 'mcp-lite', 'fastmcp'];

/** Those that there is always time for: fastmcp is a layer above sdk-v1, and the slowest. */
export const fewerHttpServers: readonly string[] = httpServers.filter((name) => name !== 'fastmcp');
