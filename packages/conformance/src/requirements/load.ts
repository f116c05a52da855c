import { readFileSync } from 'node:fs';
import type { Revision } from '@mcpwire/protocol';
import { parseRequirements } from './parse.js';
import type { Requirements } from './requirement.js';

// `src/requirements` and `dist/requirements` lie equally deep in the package, and the files are published with it.
const folder = new URL('../../requirements/', import.meta.url);
const loaded = new Map<Revision, Requirements>();

/**
 * What a revision asks for, from `requirements/<revision>.yaml`. Reads and checks the file once, which takes
 * about a tenth of a second.
 *
 * @throws Error that names the file, and each line that is wrong.
 */
export function loadRequirements(revision: Revision): Requirements {
  let requirements = loaded.get(revision);
  if (!requirements) {
    const file = `${revision}.yaml`;
    requirements = parseRequirements(readFileSync(new URL(file, folder), 'utf8'), file);
    if (requirements.revision !== revision) throw new Error(`${file} is about revision ${requirements.revision}`);
    loaded.set(revision, requirements);
  }
  return requirements;
}
