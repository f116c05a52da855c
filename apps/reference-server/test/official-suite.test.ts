import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, type TestContext } from 'vitest';
import { clientRuns, type ExpectedRun, serverRuns } from './official-suite-expected.js';
import { until } from './support/connection.js';
import { type OfficialSuite, officialSuite, type Verdict } from './support/official-suite.js';
import { run } from './support/program.js';

/** npm brings the suite and the Node that it runs on: once, and then from its cache. */
const TIMEOUT_MS = 240_000;
/** The suite has time limits of its own, the shortest of half a second, which a busy machine may miss. */
const LIMITS = { timeout: TIMEOUT_MS, retry: 1 };

const client = `"${process.execPath}" "${fileURLToPath(new URL('./fixtures/official-suite-client.js', import.meta.url))}"`;

describe.each(serverRuns)('the official suite $version, in revision $revision', (expected) => {
  it('has nothing against the reference server but what is listed, and has really looked', LIMITS, async (context) => {
    const suite = await get(expected.version, context);
    const verdict = await suite.judgeServer(await serve(), expected.revision);
    expect(findSurprises(verdict, expected), verdict.output).toEqual([]);
  });
});

describe.each(clientRuns)('the official suite $version, in revision $revision', (expected) => {
  it(`has nothing against a client on these transports but what is listed: ${expected.scenarios}`, LIMITS, async (context) => {
    const suite = await get(expected.version, context);
    const verdict = await suite.judgeClient(client, expected.scenarios, expected.revision);
    expect(findSurprises(verdict, expected), verdict.output).toEqual([]);
  });
});

// By its own count, many of the suite's checks pass where there is nothing to check.
describe.each(serverRuns.slice(-1))('the official suite $version, in revision $revision', (expected) => {
  it('is not taken to have passed a server that is not there', LIMITS, async (context) => {
    const suite = await get(expected.version, context);
    const verdict = await suite.judgeServer(await nowhere(), expected.revision);
    const surprises = findSurprises(verdict, { ...expected, failures: [] });
    expect(surprises).toContainEqual(expect.stringContaining('succeeded'));
    expect(surprises).toContainEqual(expect.stringContaining('FAILURE'));
  });
});

/** What is not as expected, in words; failures that are expected and did not come are as surprising as those that are not. */
function findSurprises({ checks, scenarios, code }: Verdict, expected: ExpectedRun): string[] {
  const failed = checks.filter(({ status }) => status !== 'SUCCESS' && status !== 'INFO');
  const isSame = (failure: (typeof expected.failures)[number], check: (typeof checks)[number]): boolean =>
    failure.scenario === check.scenario && failure.check === check.id && failure.status === check.status;
  const successes = checks.filter(({ status }) => status === 'SUCCESS').length;
  return [
    ...failed
      .filter((check) => !expected.failures.some((failure) => isSame(failure, check)))
      .map(({ scenario, id, status, message }) => `${scenario}: ${id}: ${status}: ${message}`),
    ...expected.failures
      .filter((failure) => !failure.sometimes && !failed.some((check) => isSame(failure, check)))
      .map(({ scenario, check, status }) => `${scenario}: ${check} is listed as ${status}, and is none any more: strike it off the list`),
    ...(scenarios.length === expected.scenarios || scenarios.join() === expected.scenarios
      ? []
      : [`${scenarios.length} scenarios ran, and ${expected.scenarios} should: ${scenarios.join(', ')}`]),
    ...(code === 0 || failed.length > 0 ? [] : [`the suite ended with ${code}`]),
    ...(successes >= expected.successes ? [] : [`${successes} checks succeeded, and ${expected.successes} should`]),
  ];
}

/** Skips the test, and says why, if the suite can't be had. */
async function get(version: string, { skip }: TestContext): Promise<OfficialSuite> {
  const suite = await officialSuite(version);
  if (suite instanceof Error) return skip(`the official suite ${version} can't be had: ${suite.message}`);
  return suite;
}

/** Starts the program with what the suite asks for. @returns its URL */
async function serve(): Promise<string> {
  const running = run('http', '--official-suite', '--port', '0');
  const find = (): string | undefined => /http:\/\/\S+\/mcp/.exec(running.stderr)?.[0];
  await until(() => find() !== undefined);
  return find() as string;
}

/** A URL at which nobody listens. */
async function nowhere(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/mcp`;
}
