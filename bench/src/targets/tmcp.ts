import type { Target } from './target.js';

/** A server framework with a transport over fetch. */
export const tmcp: Target = {
  name: 'tmcp',
  title: 'tmcp',
  role: 'peer',
  about:
    'HttpTransport of @tmcp/transport-http with a tool of its McpServer, whose protocol layer is in the figure, on srvx as its README has it; answers with an event stream always',
  packageName: '@tmcp/transport-http',
  modules: { 'http-server': { specifier: '@tmcp/transport-http', packageName: '@tmcp/transport-http' } },
  http: { program: 'http/tmcp.js', modernProgram: 'http/tmcp.js' },
};
