import type { Machine } from '../measure/machine.js';
import type { Pinning } from '../measure/pinning.js';

/** A sentence about which cores were used. */
export function describePinning(pinning: Pinning): string {
  if ('reason' in pinning) return `Not pinned to cores: ${pinning.reason}.`;
  return `Pinned: clients on core ${pinning.clientCore}, servers on core ${pinning.serverCore} (spawn, import and multiplex run unpinned).`;
}

/** Whether other work was going on when the run began. */
export function isBusy({ loadAverage, cores }: Machine): boolean {
  return loadAverage > cores / 2;
}

/** A sentence about that work. */
export function describeLoad({ loadAverage, cores }: Machine): string {
  return `When the run began, the load of the machine's ${cores} cores was ${loadAverage.toFixed(1)}.`;
}
