import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { measureInstalledSize } from '../measure/installed-size.js';
import type { ProfileName } from '../run/profiles.js';
import { findTarget } from '../targets/index.js';
import { toProgramPath } from '../targets/server-command.js';
import type { ModuleName } from '../targets/target.js';
import type { Scenario, ScenarioCase, Session } from './scenario.js';

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
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1', 'tmcp', 'mcp-lite', 'vscode-jsonrpc'],
  reference: 'sdk-v2',
  pinned: false,
  cases: casesOf,
  open: async (cell) => openImporting(cell.target, cell.params.module as ModuleName),
};

const both = ['sdk-v2', 'sdk-v1'];
/** Who has what; a module that nobody else has stands beside the floor. */
const rivals: Readonly<Record<ModuleName, readonly string[]>> = {
  server: both,
  client: both,
  'http-server': [...both, 'tmcp', 'mcp-lite'],
  'http-client': both,
  'sse-server': both,
  'sse-client': both,
  connect: both,
  jsonrpc: ['sdk-v1', 'vscode-jsonrpc'],
  'event-stream': [],
  http: [],
  protocol: [],
};

function casesOf(profile: ProfileName): readonly ScenarioCase[] {
  const all = Object.keys(rivals) as ModuleName[];
  const toCase = (module: ModuleName, rounds: number): ScenarioCase => {
    const targets = ['floor', 'mcpwire', ...rivals[module].filter((name) => profile !== 'quick' || name === 'sdk-v2')];
    return { params: { module }, targets, rounds, estimatedRoundMs: 140 };
  };
  if (profile === 'smoke' || profile === 'quick') return [toCase('server', 5)];
  if (profile === 'standard') return [toCase('server', 7), toCase('http-server', 3)];
  return all.map((module) => toCase(module, 9));
}

async function openImporting(targetName: string, name: ModuleName): Promise<Session> {
  const target = findTarget(targetName);
  const module = target.modules?.[name];
  if (module === undefined && target.role !== 'floor') throw new Error(`${targetName} has no module for ${name}`);
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
