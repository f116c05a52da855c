import { brokenChecks } from './broken-checks.js';

/** Longer than any fault takes: a run that is not done then hangs. */
const FAULT_LIMIT_MS = 180_000;

/**
 * @typedef {object} Judged
 * @property {string} name of the fault
 * @property {string[]} caught checks that saw it, as they have to
 * @property {string[]} problems sentences
 */

/**
 * Judges every broken one with every check. Empty `problems`: each check catches something, each fault is caught by its checks, and no
 * others are tripped than its neighbours.
 *
 * @param {import('./matrices.js').Matrix} matrix
 * @param {{ only?: (fault: string) => boolean, limitMs?: number, onprogress?: (progress: { done: number, total: number, name?: string }) => void }} [options]
 *   with `only`, checks may catch nothing
 * @returns {Promise<{ problems: string[] }>}
 */
export async function runMatrix(matrix, { only, limitMs = FAULT_LIMIT_MS, onprogress } = {}) {
  const names = Object.keys(matrix.faults).filter((name) => only?.(name) ?? true);
  /** @type {Judged[]} */
  const judged = [];
  onprogress?.({ done: 0, total: names.length });
  const queue = [...names];
  const work = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      judged.push(await judgeFault(matrix, name, limitMs));
      onprogress?.({ done: judged.length, total: names.length, name });
    }
  };
  await Promise.all(Array.from({ length: matrix.atATime }, work));

  const problems = judged.flatMap((each) => each.problems);
  const caught = new Set(judged.flatMap((each) => each.caught));
  if (!only) problems.push(...matrix.checks.filter(({ id }) => !caught.has(id)).map(({ id }) => `${id} catches nothing`));
  return { problems };
}

/** @returns {Promise<Judged>} */
async function judgeFault({ faults, judge }, name, limitMs) {
  const { caughtBy, neighbours = {} } = faults[name];
  const controller = new AbortController();
  const limit = setTimeout(() => controller.abort(new Error(`it took longer than ${limitMs} ms`)), limitMs);
  let report;
  try {
    report = await judge(name, { signal: controller.signal });
  } catch (error) {
    return { name, caught: [], problems: [`${name}: could not be judged: ${error.stack}`] };
  } finally {
    clearTimeout(limit);
  }
  const broken = brokenChecks(report);
  const reasonOf = (id) => {
    const outcome = report.outcomes.find(({ check, verdict }) => check === id && verdict !== 'pass');
    return outcome ? `${outcome.verdict}: ${outcome.reason}` : 'pass';
  };
  const isMissed = ([id, why]) => !broken.includes(id) && !why.startsWith('sometimes');
  const isStray = (id) => !caughtBy.includes(id) && !Object.hasOwn(neighbours, id);
  return {
    name,
    caught: caughtBy.filter((id) => broken.includes(id)),
    problems: [
      ...caughtBy.filter((id) => !broken.includes(id)).map((id) => `${name}: ${id} does not catch it (${reasonOf(id)})`),
      ...broken.filter(isStray).map((id) => `${name}: trips ${id} too (${reasonOf(id)})`),
      ...Object.entries(neighbours)
        .filter(isMissed)
        .map(([id]) => `${name}: does not trip its neighbour ${id} (${reasonOf(id)})`),
    ],
  };
}
