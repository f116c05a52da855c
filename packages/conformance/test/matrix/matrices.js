import { checks, clientChecks, run } from '@mcpwire/conformance';
import { faults as servers } from '../broken-servers/faults/index.js';
import { suites } from '../broken-servers/http-suites.js';
import { runFault } from '../broken-servers/run-fault.js';
import { faults as clients } from '../client-mode/faults/index.js';
import { runClientFault } from '../client-mode/run-fault.js';

/**
 * @typedef {object} Fault
 * @property {string} is what such a server or client does, as the end of "a server that …"
 * @property {string[]} caughtBy the checks that find this out
 * @property {Record<string, string>} [neighbours] checks of other things that cannot but notice it too, and why; `sometimes …` where they may not
 * @property {string} [revision] the one that is judged; default: all
 * @property {string} [transport] of a client
 *
 * @typedef {object} Matrix
 * @property {string} title
 * @property {'server' | 'client'} who
 * @property {URL} file the document
 * @property {readonly { id: string }[]} checks each of which has to catch something
 * @property {Record<string, Fault>} faults
 * @property {number} atATime how many faults are judged at a time, so that one process keeps a core busy and answers in time
 * @property {(name: string, options: Pick<import('@mcpwire/conformance').CommonRunOptions, 'only' | 'signal'>) => Promise<import('@mcpwire/conformance').Report>} judge
 *   the one with this fault, with every check unless `only` says which
 */

/** @returns {Matrix} */
function serversOver(suite) {
  return {
    title: suite.title,
    who: 'server',
    file: suite.file,
    checks: checks.filter(suite.isOwn),
    faults: suite.faults,
    atATime: 2,
    async judge(name, options) {
      const server = await suite.start(name);
      const { revision } = suite.faults[name];
      try {
        return await run({
          target: { transport: suite.transport, url: server.url, headers: server.headers },
          ...(revision && { revisions: [revision] }),
          ...suite.options,
          ...options,
        });
      } finally {
        await server.close();
      }
    },
  };
}

/**
 * What is judged: every broken server and client, with the checks that there are for it. The longest first.
 *
 * @type {Record<string, Matrix>}
 */
export const matrices = {
  stdio: {
    title: 'Servers over stdio',
    who: 'server',
    file: new URL('../broken-servers/matrix.md', import.meta.url),
    checks: checks.filter(({ transports }) => transports.includes('stdio')),
    faults: servers,
    atATime: 3,
    judge: (name, options) => runFault(name, servers[name], options),
  },
  clients: {
    title: 'Clients',
    who: 'client',
    file: new URL('../../client-matrix.md', import.meta.url),
    checks: clientChecks,
    faults: clients,
    atATime: 2,
    judge: (name, options) => runClientFault(name, clients[name], options),
  },
  ...Object.fromEntries(Object.entries(suites).map(([name, suite]) => [name, serversOver(suite)])),
};
