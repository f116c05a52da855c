/**
 * What the survey judges, in the order of its table.
 *
 * - `packages`: whose versions the table names, the server's own first. All come from programs/package.json.
 * - `bin` or `program`: an executable of `node_modules/.bin`, or a file of programs/; `args` follow. `{port}` is a free port.
 * - `path`: where an HTTP server answers; without it the server speaks stdio.
 * - `options`: more for the command line, tools above all.
 *
 * @typedef {{ packages: string[], bin?: string, program?: string, args?: string[], transport: 'stdio' | 'sse' | 'http', path?: string,
 *   options?: string[], about?: string }} SurveyedServer
 */

const echo = ['--probe-tool', 'echo', '--probe-args', '{"text":"hello"}'];
const slow = ['--slow-tool', 'trigger-long-running-operation', '--slow-args', '{"duration":1.2,"steps":3}'];
const everything = ['--probe-tool', 'echo', '--probe-args', '{"message":"hello"}', ...slow];
const server = (name) => `@modelcontextprotocol/server-${name}`;
const sdk = '@modelcontextprotocol/sdk';
const guarded = 'its protection against DNS rebinding switched on';

/** @type {Record<string, SurveyedServer>} */
export const servers = {
  'everything-stdio': {
    packages: [server('everything'), sdk],
    bin: 'mcp-server-everything',
    args: ['stdio'],
    transport: 'stdio',
    options: everything,
  },
  'everything-sse': {
    packages: [server('everything'), sdk],
    bin: 'mcp-server-everything',
    args: ['sse'],
    transport: 'sse',
    path: '/sse',
    options: everything,
  },
  'everything-http': {
    packages: [server('everything'), sdk],
    bin: 'mcp-server-everything',
    args: ['streamableHttp'],
    transport: 'http',
    path: '/mcp',
    options: everything,
  },
  filesystem: {
    packages: [server('filesystem'), sdk],
    bin: 'mcp-server-filesystem',
    args: ['.'],
    transport: 'stdio',
    options: ['--probe-tool', 'list_allowed_directories'],
  },
  memory: {
    packages: [server('memory'), sdk],
    bin: 'mcp-server-memory',
    transport: 'stdio',
    options: ['--probe-tool', 'read_graph'],
  },
  'sequential-thinking': {
    packages: [server('sequential-thinking'), sdk],
    bin: 'mcp-server-sequential-thinking',
    transport: 'stdio',
    options: [
      '--probe-tool',
      'sequentialthinking',
      '--probe-args',
      '{"thought":"one","nextThoughtNeeded":false,"thoughtNumber":1,"totalThoughts":1}',
    ],
  },
  'sdk-v1-stdio': { packages: [sdk], program: 'sdk-v1.js', args: ['stdio'], transport: 'stdio', options: echo },
  'sdk-v1-http': {
    packages: [sdk],
    program: 'sdk-v1.js',
    args: ['http'],
    transport: 'http',
    path: '/mcp',
    options: echo,
    about: `sessions, no event store, ${guarded}`,
  },
  'sdk-v2-stdio': { packages: ['@modelcontextprotocol/server'], program: 'sdk-v2.js', args: ['stdio'], transport: 'stdio', options: echo },
  'sdk-v2-http': {
    packages: ['@modelcontextprotocol/server', '@modelcontextprotocol/node'],
    program: 'sdk-v2.js',
    args: ['http'],
    transport: 'http',
    path: '/mcp',
    options: echo,
    about: '`createMcpHandler`, behind its guards of Host and Origin',
  },
  'tmcp-stdio': { packages: ['tmcp', '@tmcp/transport-stdio'], program: 'tmcp.js', args: ['stdio'], transport: 'stdio', options: echo },
  'tmcp-sse': {
    packages: ['tmcp', '@tmcp/transport-sse'],
    program: 'tmcp.js',
    args: ['sse'],
    transport: 'sse',
    path: '/sse',
    options: echo,
  },
  'tmcp-http': {
    packages: ['tmcp', '@tmcp/transport-http'],
    program: 'tmcp.js',
    args: ['http'],
    transport: 'http',
    path: '/mcp',
    options: echo,
  },
  'mcp-lite': {
    packages: ['mcp-lite'],
    program: 'mcp-lite.js',
    transport: 'http',
    path: '/mcp',
    options: echo,
    about: `sessions, ${guarded}`,
  },
  'fastmcp-stdio': { packages: ['fastmcp', sdk], program: 'fastmcp.js', args: ['stdio'], transport: 'stdio', options: echo },
  'fastmcp-sse': {
    packages: ['fastmcp', 'mcp-proxy'],
    program: 'fastmcp.js',
    args: ['http'],
    transport: 'sse',
    path: '/sse',
    options: echo,
  },
  'fastmcp-http': {
    packages: ['fastmcp', 'mcp-proxy'],
    program: 'fastmcp.js',
    args: ['http'],
    transport: 'http',
    path: '/mcp',
    options: echo,
  },
  'mcp-proxy-sse': {
    packages: ['mcp-proxy', server('everything')],
    bin: 'mcp-proxy',
    args: ['--port', '{port}', '--host', '127.0.0.1', '--', 'node', '{bin:mcp-server-everything}', 'stdio'],
    transport: 'sse',
    path: '/sse',
    options: everything,
  },
  'mcp-proxy-http': {
    packages: ['mcp-proxy', server('everything')],
    bin: 'mcp-proxy',
    args: ['--port', '{port}', '--host', '127.0.0.1', '--', 'node', '{bin:mcp-server-everything}', 'stdio'],
    transport: 'http',
    path: '/mcp',
    options: everything,
  },
  'supergateway-sse': {
    packages: ['supergateway', server('everything')],
    bin: 'supergateway',
    args: ['--stdio', 'node {bin:mcp-server-everything} stdio', '--port', '{port}', '--logLevel', 'none'],
    transport: 'sse',
    path: '/sse',
    options: everything,
  },
  'supergateway-http': {
    packages: ['supergateway', server('everything')],
    bin: 'supergateway',
    args: [
      '--stdio',
      'node {bin:mcp-server-everything} stdio',
      '--outputTransport',
      'streamableHttp',
      '--stateful',
      '--port',
      '{port}',
      '--logLevel',
      'none',
    ],
    transport: 'http',
    path: '/mcp',
    options: everything,
    about: '`--stateful`',
  },
};
