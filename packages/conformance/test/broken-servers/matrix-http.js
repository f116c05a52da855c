/**
 * `node matrix-http.js sse [--write] [--only GLOB]`: what `matrix.js` does, for the servers of an HTTP transport and the checks that only this transport
 * has. Exits with 1 if one of these checks catches nothing, a fault is not caught, or other checks than its neighbours are tripped too.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { checks, run } from '@mcpwire/conformance';
import picomatch from 'picomatch';
import { suites } from './http-suites.js';
import { renderHttp } from './matrix-http-table.js';
import { brokenChecks } from './run-fault.js';

const { values, positionals } = parseArgs({
  options: { write: { type: 'boolean' }, only: { type: 'string' }, verbose: { type: 'boolean' } },
  allowPositionals: true,
});
const suite = suites[positionals[0]];
if (!suite) throw new Error(`which one: ${Object.keys(suites).join(', ')}`);
const own = checks.filter(suite.isOwn);
const chosen = Object.entries(suite.faults).filter(([name]) => values.only === undefined || picomatch(values.only)(name));
const problems = [];
const caught = new Set();

const queue = [...chosen];
const work = async () => {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [name, { caughtBy, neighbours = {}, revision }] = next;
    const server = await suite.start(name);
    try {
      const report = await run({
        target: { transport: suite.transport, url: server.url, headers: server.headers },
        ...(revision && { revisions: [revision] }),
        ...suite.options,
      });
      const broken = brokenChecks(report);
      const reasonOf = (id) => {
        const outcome = report.outcomes.find(({ check, verdict }) => check === id && verdict !== 'pass');
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
    } finally {
      await server.close();
    }
  }
};
await Promise.all([work(), work()]);

if (values.only === undefined) {
  for (const { id } of own) if (!caught.has(id)) problems.push(`${id} catches nothing`);
  const table = renderHttp(suite, own);
  if (values.write) writeFileSync(suite.file, table);
  else if (readFileSync(suite.file, 'utf8') !== table) problems.push(`${suite.file.pathname} is out of date: run this with --write`);
  process.stdout.write(table);
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
