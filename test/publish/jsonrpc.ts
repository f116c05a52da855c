import type { JsonRpcMessage, RequestOptions, Transport } from '@mcpwire/jsonrpc';
import { createMemoryPair, ErrorCode, isJsonRpcError, Peer, tap } from '@mcpwire/jsonrpc';

const [left, right]: [Transport, Transport] = createMemoryPair({ maxQueuedBytes: 1024 });
const sent: JsonRpcMessage[] = [];
tap(left, { onsend: (message) => sent.push(message) });
const client = new Peer(left);
const server = new Peer(right);
server.handle('greet', (params) => ({ text: `hello ${String(params.name)}` }));
await Promise.all([client.start(), server.start()]);

const options: RequestOptions = { timeoutMs: 5_000 };
const { text } = await client.request<{ text: string }>('greet', { name: 'you' }, options);
if (text !== 'hello you') throw new Error(`unexpected: ${text}`);
if (sent.length !== 1) throw new Error(`the tap saw ${sent.length} messages`);

const code: number | undefined = await client.request('absent').then(
  () => undefined,
  (error: unknown) => (isJsonRpcError(error) ? error.code : undefined),
);
if (code !== ErrorCode.MethodNotFound) throw new Error(`unexpected: ${code}`);
await client.close();

console.log('works');
