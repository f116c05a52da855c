import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that are reachable, on the heap and outside it. */
export async function reachableBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    // Buffers are given back a turn later.
    await sleep(5);
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + Math.max(external, arrayBuffers);
}
