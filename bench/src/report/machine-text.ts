import type { Machine } from '../measure/machine.js';
import type { Pinning } from '../measure/pinning.js';
import type { Report } from './report.js';

/** A sentence about which cores were used. */
export function describePinning(pinning: Pinning): string {
  if ('reason' in pinning) return `Not pinned to cores: ${pinning.reason}.`;
  return `Pinned: clients on core ${pinning.clientCore}, servers on core ${pinning.serverCore} (spawn, import and multiplex run unpinned).`;
}

/** Whether other work was going on when the run began. */
function isBusy({ loadAverage, cores }: Machine): boolean {
  return loadAverage > cores / 2;
}

/** A sentence about that work. */
function describeLoad({ loadAverage, cores }: Machine): string {
  return `When the run began, the load of the machine's ${cores} cores was ${loadAverage.toFixed(1)}.`;
}

/** A sentence about what the host of a virtual machine took away; undefined where that was nothing to speak of. */
export function describeStolen({ stolenPercent = 0 }: Pick<Report, 'stolenPercent'>): string | undefined {
  return stolenPercent < 0.5
    ? undefined
    : `The host of this virtual machine gave ${stolenPercent} % of its cores' time to others during the run.`;
}

/** Why the figures of a run are not to be trusted, a sentence for each reason. */
export function describeDoubts({ profile, interrupted, machine }: Report): readonly string[] {
  return [
    ...(profile === 'smoke' ? ['The profile smoke shows that everything runs: its figures mean nothing.'] : []),
    ...(interrupted ? ['Interrupted: only what was measured until then is here.'] : []),
    ...(isBusy(machine)
      ? [`${describeLoad(machine)} The figures are worse, and lie further apart, than they would on a quiet machine.`]
      : []),
  ];
}

/** All that the machine did to the figures. */
export function describeConditions(report: Report): string {
  return [describePinning(report.pinning), describeLoad(report.machine), describeStolen(report)]
    .filter((text) => text !== undefined)
    .join(' ');
}
