import { createMemoryPair, Peer } from '@mcpwire/jsonrpc';
import type { Bench } from 'tinybench';
import { createText } from '../load/text.js';

/** A request and its answer between two peers in one process: what correlation, timers and handlers cost. Returns what ends the peers. */
export async function addPeer(bench: Bench): Promise<() => Promise<void>> {
  const [left, right] = createMemoryPair();
  const client = new Peer(left);
  const server = new Peer(right);
  server.handle('echo', (params) => params);
  await Promise.all([client.start(), server.start()]);
  const params = { text: createText(100) };
  bench.add('request over a memory pair, one at a time', async () => {
    await client.request('echo', params);
  });
  bench.add('request over a memory pair, 64 at a time', async () => {
    await Promise.all(Array.from({ length: 64 }, () => client.request('echo', params)));
  });
  return async () => {
    await client.close();
    await server.close();
  };
}
