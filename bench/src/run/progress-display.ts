import type { WriteStream } from 'node:tty';
import { formatParams } from '../report/format.js';
import type { RunProgress } from './run-plan.js';

/** Shows where a run stands. */
export interface ProgressDisplay {
  update(progress: RunProgress): void;
  stop(): void;
}

/**
 * On a terminal one line that is written anew at each step, with the time left; elsewhere a plain line for each case.
 * Nothing moves in between: an animation would take time from a core that is being measured.
 */
export function createProgressDisplay(stream: WriteStream | NodeJS.WriteStream): ProgressDisplay {
  const startedAt = performance.now();
  return stream.isTTY ? createStatusLine(stream as WriteStream, startedAt) : createLines(stream, startedAt);
}

function createStatusLine(stream: WriteStream, startedAt: number): ProgressDisplay {
  const clear = (): void => {
    stream.cursorTo(0);
    stream.clearLine(1);
  };
  return {
    update: (progress) => {
      const who = progress.target === undefined ? '' : ` · ${progress.target.name}`;
      const text = `${describe(progress)}${who} · ${progress.stage} · ${describeTimeLeft(progress, startedAt)}`;
      clear();
      // A line that wraps could not be written over. Some terminals say that they have no columns at all.
      stream.write(text.slice(0, (stream.columns || 80) - 1));
    },
    stop: clear,
  };
}

function createLines(stream: NodeJS.WritableStream, startedAt: number): ProgressDisplay {
  let shown = 0;
  return {
    update: (progress) => {
      if (progress.groupNumber === shown) return;
      shown = progress.groupNumber;
      stream.write(`${describe(progress)} · ${describeTimeLeft(progress, startedAt)}\n`);
    },
    stop: () => {},
  };
}

function describe({ group, groupNumber, groupCount }: RunProgress): string {
  return `[${groupNumber}/${groupCount}] ${group.scenario.name} ${formatParams(group.params)}`;
}

function describeTimeLeft({ done, mostLeftMs }: RunProgress, startedAt: number): string {
  const elapsedMs = performance.now() - startedAt;
  if (done < 0.02) return 'estimating';
  const seconds = Math.max(1, Math.round(Math.min((elapsedMs * (1 - done)) / done, mostLeftMs) / 1000));
  return seconds > 90 ? `about ${Math.round(seconds / 60)} min left` : `about ${seconds} s left`;
}
