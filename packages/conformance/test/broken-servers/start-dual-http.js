import http from 'node:http';
import { startHttp } from './start-http.js';
import { startModernHttp } from './start-modern-http.js';

/**
 * Starts a correct server of both eras on one endpoint: what carries the _meta of 2026-07-28 is served by that revision's server, and all
 * else, what nobody can read included, by the one of the revisions before, which refuses it where there is no session.
 *
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function startDualHttp() {
  const [legacy, modern] = [await startHttp('wants-session-first'), await startModernHttp()];
  const server = http.createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    const to = new URL(isModern(body) ? modern.url : legacy.url);
    const { pathname, search } = new URL(request.url, 'http://localhost');
    const forward = http.request({
      host: to.hostname,
      port: to.port,
      path: pathname + search,
      method: request.method,
      headers: request.headers,
    });
    forward.on('response', (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
    });
    forward.on('error', () => response.destroy());
    response.on('close', () => forward.destroy());
    forward.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([legacy.close(), modern.close()]);
    },
  };
}

function isModern(body) {
  try {
    return JSON.parse(body.toString('utf8')).params._meta['io.modelcontextprotocol/protocolVersion'] !== undefined;
  } catch {
    return false;
  }
}
