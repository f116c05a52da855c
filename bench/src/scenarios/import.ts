import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { measureInstalledSize } from '../measure/installed-size.js';
import { findTarget } from '../targets/index.js';
import { toProgramPath } from '../targets/server-command.js';
import type { Scenario, Session } from './scenario.js';

const run = promisify(execFile);
const benchDirectory = fileURLToPath(new URL('../..', import.meta.url));

export const importCost: Scenario = {
  name: 'import',
  title: 'Import and install',
  about:
    'A fresh Node process imports the transport and nothing else; starting the process is not counted. The floor is an empty module. Installed is the sum of all files of the package and what it needs at run time.',
  metrics: [
    { key: 'importMs', label: 'cold import', unit: 'ms', better: 'lower', compare: true },
    { key: 'installedMB', label: 'installed', unit: 'MB', better: 'lower', compare: true },
    { key: 'installedPackages', label: 'packages', unit: '', better: 'lower' },
  ],
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'],
  reference: 'sdk-v2',
  pinned: false,
  cases: (profile) => {
    const modules = profile === 'full' ? ['server', 'client'] : ['server'];
    const few = profile === 'quick' && { rounds: 5, targets: ['floor', 'mcpwire', 'sdk-v2'] };
    return modules.map((module) => ({ params: { module }, estimatedRoundMs: 140, rounds: 9, ...few }));
  },
  open: async (cell) => openImporting(cell.target, cell.params.module as 'server' | 'client'),
};

async function openImporting(targetName: string, side: 'server' | 'client'): Promise<Session> {
  const target = findTarget(targetName);
  const module = target.modules?.[side];
  if (module === undefined && target.role !== 'floor') throw new Error(`${targetName} has no ${side} module`);
  const url = module === undefined ? new URL('../targets/programs/empty.js', import.meta.url).href : import.meta.resolve(module.specifier);
  const once = async (): Promise<number> => {
    const { stdout } = await run(process.execPath, [toProgramPath('cold-import.js'), url], { env: withoutCompileCache() });
    return Number(stdout);
  };
  // The first import reads the files from the disk; from then on they are in the system's cache, which is what is compared.
  await once();
  const size = module === undefined ? { bytes: 0, packages: 0 } : await measureInstalledSize(module.packageName, benchDirectory);
  return {
    warmUp: async () => {},
    round: async () => ({
      metrics: { importMs: await once(), installedMB: size.bytes / 1e6, installedPackages: size.packages },
    }),
    close: async () => {},
  };
}

function withoutCompileCache(): NodeJS.ProcessEnv {
  const { NODE_COMPILE_CACHE: _, ...rest } = process.env;
  return rest;
}
