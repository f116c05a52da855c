/**
 * `node matrix.js [--write] [--only GLOB]`: judges every broken client with every check, and writes which check catches which fault into
 * `client-matrix.md`. Exits with 1 if a check catches nothing, a fault is not caught by its checks, or other checks than its neighbours are
 * tripped too.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { clientChecks } from '@mcpwire/conformance';
import picomatch from 'picomatch';
import { faults } from './faults.js';
import { renderClients } from './matrix-table.js';
import { brokenChecks, runClientFault } from './run-fault.js';

const file = new URL('../../client-matrix.md', import.meta.url);
const { values } = parseArgs({ options: { write: { type: 'boolean' }, only: { type: 'string' }, verbose: { type: 'boolean' } } });
const chosen = Object.entries(faults).filter(([name]) => values.only === undefined || picomatch(values.only)(name));
const problems = [];
/** Checks that have really caught what is theirs. */
const caught = new Set();

const queue = [...chosen];
const work = async () => {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [name, fault] = next;
    const { caughtBy, neighbours = {} } = fault;
    try {
      const report = await runClientFault(name, fault);
      const broken = brokenChecks(report);
      const reasonOf = (id) => {
        const outcome = report.outcomes.find(({ check }) => check === id);
        return `${outcome?.verdict}: ${outcome?.reason}`;
      };
      for (const id of caughtBy) {
        if (broken.includes(id)) caught.add(id);
        else problems.push(`${name}: ${id} does not catch it (${reasonOf(id)})`);
      }
      for (const id of broken) {
        if (!caughtBy.includes(id) && !Object.hasOwn(neighbours, id)) problems.push(`${name}: trips ${id} too: ${reasonOf(id)}`);
      }
      for (const [id, why] of Object.entries(neighbours))
        if (!broken.includes(id) && !why.startsWith('sometimes')) problems.push(`${name}: does not trip its neighbour ${id}`);
      if (values.verbose) process.stderr.write(`${name}: ${broken.join(', ')}\n`);
    } catch (error) {
      problems.push(`${name}: ${error.stack}`);
    }
  }
};
// Each starts four clients at a time.
await Promise.all([work(), work()]);

if (values.only === undefined) {
  for (const { id } of clientChecks) if (!caught.has(id)) problems.push(`${id} catches nothing`);
  const table = renderClients(clientChecks, faults);
  if (values.write) writeFileSync(file, table);
  else if (readFileSync(file, 'utf8') !== table) problems.push('client-matrix.md is out of date: run this with --write');
  process.stdout.write(table);
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
