import process from 'node:process';
import { beforeEach, expect } from 'vitest';
import { sleep } from './until.js';

const WATCHED = ['TCPSocketWrap', 'TCPServerWrap', 'TLSWrap', 'PipeWrap', 'Timeout', 'Immediate', 'Zlib'];

/** From now on every test of this file must end as it began: no socket, server or timer more than before, no rejection unhandled. */
export function expectNoLeftovers(): void {
  let before: Record<string, number>;
  let unhandled: unknown[];
  const onunhandled = (reason: unknown): void => {
    unhandled.push(reason);
  };

  beforeEach(() => {
    unhandled = [];
    before = count();
    process.on('unhandledRejection', onunhandled);
    // Looked at last, behind what the test's own hooks clear away.
    return async () => {
      // A rejection that nobody handles is told only after the microtasks.
      await new Promise((resolve) => setImmediate(resolve));
      process.off('unhandledRejection', onunhandled);
      expect(unhandled, 'rejections that nobody handled').toEqual([]);
      const deadline = performance.now() + 3_000;
      while (added(before).length > 0 && performance.now() < deadline) await sleep(10);
      expect(added(before), 'left behind').toEqual([]);
    };
  });
}

function added(before: Record<string, number>): string[] {
  const now = count();
  return Object.keys(now)
    .filter((name) => (now[name] ?? 0) > (before[name] ?? 0))
    .map((name) => `${name} ${before[name] ?? 0} → ${now[name]}`);
}

function count(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) if (WATCHED.includes(name)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
