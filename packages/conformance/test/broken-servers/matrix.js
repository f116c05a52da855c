/**
 * `node matrix.js [--write] [--only GLOB]`: judges every broken server with every check, and prints which check catches which fault. Exits
 * with 1 if a check catches nothing, a fault is not caught by its checks, or other checks than its neighbours are tripped too.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { checks } from '@mcpwire/conformance';
import picomatch from 'picomatch';
import { faults } from './faults/index.js';
import { render } from './matrix-table.js';
import { brokenChecks, runFault } from './run-fault.js';

const file = new URL('./matrix.md', import.meta.url);
const { values } = parseArgs({ options: { write: { type: 'boolean' }, only: { type: 'string' }, verbose: { type: 'boolean' } } });
const chosen = Object.entries(faults).filter(([name]) => values.only === undefined || picomatch(values.only)(name));
const problems = [];
/** Names of faults by check: what was really seen. */
const seen = new Map(checks.map(({ id }) => [id, []]));

const queue = [...chosen];
const work = async () => {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [name, fault] = next;
    try {
      const report = await runFault(name, fault);
      const broken = brokenChecks(report);
      for (const id of broken) seen.get(id)?.push(name);
      for (const id of fault.caughtBy) {
        if (!broken.includes(id)) {
          const outcome = report.outcomes.find(({ check }) => check === id);
          problems.push(`${name}: ${id} does not catch it (${outcome?.verdict}: ${outcome?.reason})`);
        }
      }
      for (const id of broken) {
        if (fault.caughtBy.includes(id) || Object.hasOwn(fault.neighbours ?? {}, id)) continue;
        problems.push(
          `${name}: trips ${id} too: ${report.outcomes.find(({ check, verdict }) => check === id && verdict !== 'pass')?.reason}`,
        );
      }
      for (const [id, why] of Object.entries(fault.neighbours ?? {}))
        if (!broken.includes(id) && !why.startsWith('sometimes')) problems.push(`${name}: does not trip its neighbour ${id}`);
    } catch (error) {
      problems.push(`${name}: ${error.stack}`);
    }
    if (process.stderr.isTTY || values.verbose) process.stderr.write(`${name}\n`);
  }
};
await Promise.all(Array.from({ length: Math.max(3, availableParallelism()) }, work));

if (values.only === undefined) {
  for (const [id, names] of seen) {
    const inStdio = checks.find((check) => check.id === id)?.transports.includes('stdio');
    if (inStdio && names.length === 0) problems.push(`${id} catches nothing`);
  }
  const table = render(checks, faults);
  if (values.write) writeFileSync(file, table);
  else if (readFileSync(file, 'utf8') !== table) problems.push('matrix.md is out of date: run this with --write');
  process.stdout.write(table);
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
