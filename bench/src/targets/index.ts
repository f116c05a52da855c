import { floor } from './floor.js';
import { floorUnparsed } from './floor-unparsed.js';
import { mcpLite } from './mcp-lite.js';
import { mcpwire } from './mcpwire.js';
import { sdkV1 } from './sdk-v1.js';
import { sdkV1OnMcpwire } from './sdk-v1-on-mcpwire.js';
import { sdkV2 } from './sdk-v2.js';
import { sdkV2OnMcpwire } from './sdk-v2-on-mcpwire.js';
import type { Target } from './target.js';
import { tmcp } from './tmcp.js';
import { vscodeJsonrpc } from './vscode-jsonrpc.js';

/** Every target, in the order of the tables. */
export const targets: readonly Target[] = [
  floorUnparsed,
  floor,
  mcpwire,
  sdkV2OnMcpwire,
  sdkV2,
  sdkV1OnMcpwire,
  sdkV1,
  tmcp,
  mcpLite,
  vscodeJsonrpc,
];

/** @throws Error when there is no target of that name. */
export function findTarget(name: string): Target {
  const target = targets.find((candidate) => candidate.name === name);
  if (target === undefined) throw new Error(`there is no target ${name}`);
  return target;
}
