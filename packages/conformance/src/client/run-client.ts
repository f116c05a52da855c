import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import { eraOf, LATEST_LEGACY_REVISION, LATEST_REVISION, REVISIONS, type Revision } from '@mcpwire/protocol';
import { Unreachable } from '../driver.js';
import { Limiter } from '../limiter.js';
import type { Outcome } from '../outcome.js';
import { createRedactor, isSecretName } from '../redact.js';
import { createReport, type Report } from '../report.js';
import { RunError } from '../run-error.js';
import { type CommonRunOptions, DEFAULT_START_MS, DEFAULT_TIMEOUT_MS } from '../run-options.js';
import { selectChecks, selectRevisions } from '../select.js';
import { toShownOutcome } from '../shown.js';
import { describeTarget, secretsOf } from '../target.js';
import { clientChecks } from './checks/index.js';
import type { ClientCheck, ClientFacts } from './client-check.js';
import type { ClientTarget } from './client-target.js';
import { judgeClient } from './judge.js';
import { isObject, metaOf, type Observation } from './observation.js';
import { type PerformOptions, perform } from './perform.js';
import type { Scene } from './scene.js';
import { scenes as allScenes, PLAIN, REFUSAL } from './scenes/index.js';

export interface RunClientOptions extends CommonRunOptions {
  readonly client: ClientTarget;
  /** Default: all that the package has for the client's transport. */
  readonly checks?: readonly ClientCheck[] | undefined;
}

/**
 * Judges one client: starts it once for each scene against a raw server that watches it, and in some scenes misbehaves. Everything that was
 * started is ended when it settles.
 *
 * @throws Unreachable when the client can't be started, or never says anything that opens a session of any revision.
 * @throws RunError when nothing is left to run.
 */
export async function runClient(options: RunClientOptions): Promise<Report> {
  const { client, knownRevisions } = options;
  const start = { date: new Date(), atMs: performance.now() };
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  setMaxListeners(0, signal);
  const redact = createRedactor(secretsOf({ ...client, transport: 'stdio' }, isSecretName));
  const limiter = new Limiter(options.concurrency ?? Math.max(4, 2 * availableParallelism()));
  const performing: PerformOptions = {
    redact,
    idleMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    startMs: options.startMs ?? DEFAULT_START_MS,
    signal,
  };
  const play = (scene: Scene, revision: Revision): Promise<Observation> =>
    limiter.run(async () => {
      signal.throwIfAborted();
      return perform(scene, revision, client, performing);
    });
  const together = async <T>(work: readonly Promise<T>[]): Promise<T[]> => {
    try {
      return await Promise.all(work);
    } catch (error) {
      failed.abort(error);
      await Promise.allSettled(work);
      throw error;
    }
  };

  options.onprogress?.({ done: 0, total: 0 });
  const [first, ...others] = REVISIONS.filter((revision) => existsOver(client, revision) && isTried(revision, options));
  // One alone at first: a command that can't be started is told once.
  const plains = first ? [await play(PLAIN, first)] : [];
  plains.push(...(await together(others.map((revision) => play(PLAIN, revision)))));
  const agreed = plains.filter(wentAlong);
  const agreedOn = agreed.map(({ revision }) => revision);
  if (agreedOn.length === 0) throw new Unreachable(redact(explainSilence(plains)));
  const supported = knownRevisions ?? agreedOn;
  const judged = selectRevisions('client', agreedOn, options.revisions);

  const plan = judged.map((revision) => ({ revision, checks: checksFor(options, revision) }));
  const total = plan.reduce((sum, { checks }) => sum + checks.length, 0);
  if (total === 0) throw new RunError('no check is left: --only, --skip and --level together exclude them all');
  let done = 0;
  const outcomes = await together(
    plan.map(async ({ revision, checks }): Promise<Outcome[]> => {
      const plain = agreed.find((seen) => seen.revision === revision) as Observation;
      const played = await together(scenesFor(checks, client, revision, supported).map((scene) => play(scene, revision)));
      const seen = [plain, ...played] as const;
      const facts = factsOf(seen, supported);
      return checks.map((check) => {
        const outcome = toShownOutcome(judgeClient(check, revision, seen, facts), redact);
        options.onprogress?.({ done: ++done, total, outcome });
        return outcome;
      });
    }),
  );

  return createReport(start, {
    target: { transport: client.transport, description: redact(describeTarget({ ...client, transport: 'stdio' })) },
    servers: agreed.filter(({ revision }) => judged.includes(revision)).map((seen) => ({ revision: seen.revision, ...introduction(seen) })),
    supportedRevisions: supported,
    outcomes: outcomes.flat(),
    checks: options.checks ?? clientChecks,
    expectedFailures: options.expectedFailures,
  });
}

/** With some revisions asked for, one of each era is tried besides: checks differ for clients that speak both. */
function isTried(revision: Revision, { revisions = [], knownRevisions }: RunClientOptions): boolean {
  if (knownRevisions) return (revisions.length > 0 ? revisions : knownRevisions).includes(revision);
  return revisions.length === 0 || revisions.includes(revision) || revision === LATEST_REVISION || revision === LATEST_LEGACY_REVISION;
}

function existsOver({ transport }: ClientTarget, revision: Revision): boolean {
  return transport === 'stdio' || revision !== '2024-11-05';
}

/** Whether the client took up the revision that it was offered. */
function wentAlong(seen: Observation): boolean {
  if (eraOf(seen.revision) === 'modern') {
    return (
      seen.asked().some(({ message }) => metaOf(message)['io.modelcontextprotocol/protocolVersion'] === seen.revision) &&
      seen.asked('initialize').length === 0
    );
  }
  const [initialize] = seen.asked('initialize');
  const answer = seen.answerTo(initialize?.message.id);
  if (!initialize || !answer) return false;
  return seen.heard.some(
    ({ message, at }) => at > answer.at && message.method !== 'notifications/cancelled' && message.method !== 'initialize',
  );
}

function explainSilence(plains: readonly Observation[]): string {
  const told = plains.find(({ heard }) => heard.length > 0);
  const log = plains.map((seen) => seen.log.trim()).find((text) => text !== '');
  const what = told
    ? 'the client went along with no revision that it was offered'
    : 'the client said nothing to the server whose address it was given, in its last arguments and in its environment';
  return log === undefined ? what : `${what}\nIt wrote:\n${log}`;
}

function checksFor(options: RunClientOptions, revision: Revision): ClientCheck[] {
  const { only, skip, level, client } = options;
  return selectChecks(options.checks ?? clientChecks, { only, skip, level, transport: client.transport, revision });
}

function scenesFor(
  checks: readonly ClientCheck[],
  { transport }: ClientTarget,
  revision: Revision,
  supported: readonly Revision[],
): Scene[] {
  const isDual = supported.some((each) => eraOf(each) === 'modern') && supported.some((each) => eraOf(each) === 'legacy');
  const named = new Set(checks.flatMap(({ scenes }) => (scenes === 'every' ? [] : scenes)));
  return allScenes.filter(
    (scene) =>
      scene !== PLAIN &&
      (named.has(scene.name) || (scene === REFUSAL && checks.some(({ readsExitCode }) => readsExitCode))) &&
      scene.transports.includes(transport) &&
      scene.revisions.includes(revision) &&
      (scene.onlyFor === undefined || isDual),
  );
}

function factsOf(seen: readonly [Observation, ...Observation[]], revisions: readonly Revision[]): ClientFacts {
  const [plain] = seen;
  const refused = seen.find(({ scene }) => scene === REFUSAL.name)?.exit;
  const follows = plain.asked('tools/call').some(({ message }) => isObject(message.params) && message.params.name === 'echo');
  return { revisions, plain, follows, tells: follows && plain.exit?.code === 0 && refused !== undefined && refused.code !== 0 };
}

function introduction(seen: Observation): { name: string; version: string | undefined } {
  const infos = seen
    .asked()
    .flatMap(({ message }) => [
      isObject(message.params) ? message.params.clientInfo : undefined,
      metaOf(message)['io.modelcontextprotocol/clientInfo'],
    ]);
  const info = infos.find(isObject);
  return {
    name: typeof info?.name === 'string' ? info.name : 'a client without a name',
    version: typeof info?.version === 'string' ? info.version : undefined,
  };
}
