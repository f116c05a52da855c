import assert from 'node:assert/strict';
import { connect, negotiate, parseTarget } from '@mcpwire/connect';
import { connect as connectOnNode } from '@mcpwire/connect/node';

assert.deepEqual(parseTarget('mcp+stdio:node "a b.js"'), { kind: 'command', command: 'node', args: ['a b.js'] });
assert.throws(() => connect('node server.js'), /@mcpwire\/connect\/node/);

const server = `
  process.stdin.on('data', (data) => {
    for (const line of String(data).trim().split('\\n')) {
      const { id, method } = JSON.parse(line);
      if (method === 'server/discover') console.log(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'unknown' } }));
      else if (method === 'initialize')
        console.log(JSON.stringify({ jsonrpc: '2.0', id, result: { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 's', version: '1' } } }));
    }
  });
`;
const clientInfo = { name: 'test', version: '1' };
const connection = await negotiate(() => connectOnNode([process.execPath, '-e', server]), { clientInfo });
assert.equal(connection.agreement.revision, '2025-06-18');
await connection.close();

console.log('works');
