import { loadRegistry } from '../registry.js';
import type { Target } from './target.js';

const roles: readonly Target['role'][] = ['floor', 'own', 'peer'];

function isTarget(value: unknown): value is Target {
  const { name, role, about } = (value ?? {}) as Partial<Target>;
  return typeof name === 'string' && typeof about === 'string' && roles.includes(role as Target['role']);
}

/** The order of the tables. A target that is not named here comes last. */
const order = [
  'floor-unparsed',
  'floor',
  'mcpwire',
  'sdk-v2+mcpwire',
  'sdk-v2',
  'sdk-v1+mcpwire',
  'sdk-v1',
  'tmcp',
  'mcp-lite',
  'fastmcp',
  'vscode-jsonrpc',
];

/** Every target: what the modules of this folder export. */
export const targets: readonly Target[] = (await loadRegistry(new URL('.', import.meta.url), isTarget, order)).items;

/** @throws Error when there is no target of that name. */
export function findTarget(name: string): Target {
  const target = targets.find((candidate) => candidate.name === name);
  if (target === undefined) throw new Error(`there is no target ${name}`);
  return target;
}
