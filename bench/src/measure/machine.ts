import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';

/** The machine that a run was made on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Processes that were running or waiting to, over the minute before. */
  readonly loadAverage: number;
  readonly memoryGiB: number;
  readonly os: string;
  readonly node: string;
  readonly v8: string;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    loadAverage: loadavg()[0] as number,
    memoryGiB: Math.round((totalmem() / 1024 ** 3) * 10) / 10,
    os: `${type()} ${release()} ${arch()}`,
    node: process.version,
    v8: process.versions.v8,
  };
}
