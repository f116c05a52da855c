import assert from 'node:assert/strict';
import { createMemoryPair, encode, isJsonRpcError, NdjsonDecoder, Peer, parse } from '@mcpwire/jsonrpc';

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
assert.deepEqual(parse(JSON.stringify(ping)), ping);
assert.ok(isJsonRpcError(parse('{')));

const decoded = [];
const decoder = new NdjsonDecoder({ onmessage: (message) => decoded.push(message), onerror: assert.fail });
for (const byte of new TextEncoder().encode(encode(ping))) decoder.feed(Uint8Array.of(byte));
assert.deepEqual(decoded, [ping]);

const [left, right] = createMemoryPair();
const client = new Peer(left);
const server = new Peer(right);
server.handle('add', ({ a, b }) => ({ sum: a + b }));
await Promise.all([client.start(), server.start()]);
assert.deepEqual(await client.request('add', { a: 2, b: 3 }), { sum: 5 });
await client.close();

console.log('works');
