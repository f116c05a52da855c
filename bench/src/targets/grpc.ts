import type { Target } from './target.js';

/** What is often named as the alternative. It carries no MCP: an echo of the same texts. */
export const grpc: Target = {
  name: 'grpc',
  title: 'gRPC',
  role: 'peer',
  about: '@grpc/grpc-js with an echo of the same texts as Protocol Buffers, on one connection of HTTP/2 without TLS; it carries no MCP',
  packageName: '@grpc/grpc-js',
  grpc: {
    program: 'grpc.js',
    connect: async (url, way) => (await import('./grpc/client.js')).connectGrpc(url, way),
  },
};
