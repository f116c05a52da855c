import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Revision } from '@mcpwire/protocol';
import type { Check, ProbeTool } from './check.js';
import { checks as allChecks } from './checks/index.js';
import { exercise } from './checks/lists.js';
import type { Driver } from './driver.js';
import { createDriver } from './drivers/index.js';
import { Limiter } from './limiter.js';
import { type Agreed, negotiate } from './negotiate.js';
import type { Outcome } from './outcome.js';
import { createRedactor, isSecretName } from './redact.js';
import { createReport, type Report } from './report.js';
import { runCheck, type Scene } from './run-check.js';
import { RunError } from './run-error.js';
import { type CommonRunOptions, DEFAULT_START_MS, DEFAULT_TIMEOUT_MS } from './run-options.js';
import { selectChecks, selectRevisions } from './select.js';
import { isObject, Session } from './session.js';
import { describeTarget, secretsOf, type Target } from './target.js';

export interface RunOptions extends CommonRunOptions {
  readonly target: Target;
  /** Default: all that the package has for the target's transport. */
  readonly checks?: readonly Check[] | undefined;
  /** How long a server that must stay silent is watched; default 120. */
  readonly quietMs?: number | undefined;
  readonly probeTool?: ProbeTool | undefined;
  readonly slowTool?: ProbeTool | undefined;
}

const DEFAULT_QUIET_MS = 120;

/**
 * Judges one server. Finds out which revisions it supports, runs every selected check for each of them, and ends everything that was
 * started.
 *
 * @throws Unreachable when the server can't be started or reached, or agrees on no revision.
 * @throws RunError when nothing is left to run.
 */
export async function run(options: RunOptions): Promise<Report> {
  const { target } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  // Each check that is running listens.
  setMaxListeners(0, signal);
  const start = { date: new Date(), atMs: performance.now() };
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const redact = createRedactor(secretsOf(target, isSecretName));
  const driver = createDriver(target, { redact, timeoutMs });
  try {
    const { knownRevisions, startMs = DEFAULT_START_MS } = options;
    const agreed = await negotiate(driver, { startMs, signal, revisions: knownRevisions && (options.revisions ?? knownRevisions), redact });
    const agreedOn = agreed.map(({ revision }) => revision);
    const supported = knownRevisions ?? agreedOn;
    const chosen = selectRevisions('server', agreedOn, options.revisions);
    const judged = agreed.filter(({ revision }) => chosen.includes(revision));
    await Promise.all(agreed.filter((each) => !judged.includes(each)).map(({ session }) => session.connection.close()));
    const plan = judged.map((each) => ({ each, checks: checksFor(options, each.revision) }));
    const total = plan.reduce((sum, { checks }) => sum + checks.length, 0);
    if (total === 0) throw new RunError('no check is left: --only, --skip and --level together exclude them all');

    let done = 0;
    const report = (outcome: Outcome): void => options.onprogress?.({ done: ++done, total, outcome });
    options.onprogress?.({ done, total });
    const limiter = new Limiter(options.concurrency ?? Math.max(6, 2 * availableParallelism()));
    const scenes = plan.map(({ each, checks }) => ({
      each,
      checks,
      scene: createScene(driver, each, supported, options, { signal, timeoutMs, redact }),
    }));
    const running = scenes.map((scene) => runRevision(scene, limiter, report));
    // If one revision fails, which no server can bring about, the others must not go on starting servers.
    const outcomes = await Promise.all(running).catch(async (error: unknown) => {
      failed.abort(error);
      await Promise.allSettled(running);
      throw error;
    });
    signal.throwIfAborted();

    return createReport(start, {
      target: { transport: target.transport, description: redact(describeTarget(target)) },
      servers: judged.map(({ revision, session }) => ({ revision, ...introduction(session) })),
      supportedRevisions: supported,
      outcomes: outcomes.flat(),
      checks: options.checks ?? allChecks,
      expectedFailures: options.expectedFailures,
    });
  } finally {
    await driver.close();
  }
}

function checksFor(options: RunOptions, revision: Revision): Check[] {
  const { only, skip, level, target } = options;
  return selectChecks(options.checks ?? allChecks, { only, skip, level, transport: target.transport, revision });
}

function createScene(
  driver: Driver,
  { revision, session, greeting, tookMs }: Agreed,
  revisions: readonly Revision[],
  options: RunOptions,
  common: Pick<Scene, 'signal' | 'timeoutMs' | 'redact'>,
): Scene {
  session.greeting = greeting;
  return {
    driver,
    revision,
    server: { greeting, capabilities: session.capabilities, revisions },
    probeTool: options.probeTool,
    slowTool: options.slowTool,
    quietMs: options.quietMs ?? DEFAULT_QUIET_MS,
    ...common,
    observed: [session.connection],
    slowestMs: tookMs,
    memory: new Map(),
  };
}

interface Planned {
  readonly each: Agreed;
  readonly checks: readonly Check[];
  readonly scene: Scene;
}

async function runRevision({ each, checks, scene }: Planned, limiter: Limiter, report: (outcome: Outcome) => void): Promise<Outcome[]> {
  const of = (uses: Check['uses']): Check[] => checks.filter((check) => (check.uses ?? 'own') === uses);
  const runAlone = (check: Check): Promise<Outcome> =>
    limiter.run(async () => {
      const outcome = await runCheck(check, scene);
      report(outcome);
      return outcome;
    });
  const shared = limiter.run(() => runShared(of('shared'), each, scene, report));
  const outcomes = (await Promise.all([shared, ...of('own').map(async (check) => [await runAlone(check)])])).flat();
  for (const check of of('after')) outcomes.push(await runAlone(check));
  return outcomes;
}

/** One after the other on one session. Whoever does not pass is tried again on a fresh one, and so is who comes after. */
async function runShared(checks: readonly Check[], each: Agreed, scene: Scene, report: (outcome: Outcome) => void): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  // The session in which the server agreed to the revision is as good as any.
  let session: Session | undefined = new Session(each.session.connection, {
    revision: scene.revision,
    timeoutMs: scene.timeoutMs,
    slowestMs: scene.slowestMs,
    signal: scene.signal,
  });
  session.greeting = each.greeting;
  const tools = [scene.probeTool, scene.slowTool].filter((tool) => tool !== undefined);
  await exercise(session, tools, scene.signal);
  for (const check of checks) {
    if (scene.signal.aborted) break;
    let outcome: Outcome;
    if (session && session.connection.inbox.ended === undefined) {
      outcome = await runCheck(check, scene, session);
      if (isTroubled(outcome)) {
        await session.connection.close();
        session = undefined;
        outcome = confirm(outcome, await runCheck(check, scene));
      }
    } else {
      session = await openShared(scene);
      outcome = await runCheck(check, scene, session);
    }
    outcomes.push(outcome);
    report(outcome);
  }
  await session?.connection.close();
  return outcomes;
}

function isTroubled({ verdict }: Outcome): boolean {
  return verdict === 'fail' || verdict === 'warn' || verdict === 'inconclusive';
}

/** A breach that only shows on a used connection says that something before it left damage, but not what. */
function confirm(first: Outcome, second: Outcome): Outcome {
  if (second.verdict !== 'pass' || first.verdict === 'inconclusive') return second;
  return {
    ...first,
    verdict: 'inconclusive',
    reason: `on a connection that other checks had used before, and not on a fresh one: ${first.reason}`,
  };
}

async function openShared(scene: Scene): Promise<Session | undefined> {
  let session: Session | undefined;
  try {
    const connection = await scene.driver.connect(scene.revision, scene.signal);
    scene.observed.push(connection);
    session = new Session(connection, { revision: scene.revision, timeoutMs: scene.timeoutMs, signal: scene.signal });
    await session.open();
    return session;
  } catch {
    // The check opens its own then, and says what is wrong.
    await session?.connection.close();
    return undefined;
  }
}

function introduction(session: Session): { name: string | undefined; version: string | undefined } {
  const { serverInfo, _meta } = session.greeting ?? {};
  const info = isObject(serverInfo) ? serverInfo : isObject(_meta) ? _meta['io.modelcontextprotocol/serverInfo'] : undefined;
  if (!isObject(info)) return { name: undefined, version: undefined };
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return { name: text(info.name), version: text(info.version) };
}
