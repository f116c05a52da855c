import { setMaxListeners } from 'node:events';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Revision } from '@mcpwire/protocol';
import type { Check, CheckContext, Need, OpenOptions, ProbeTool, ServerFacts } from './check.js';
import { citationsOf } from './citations.js';
import type { Connection } from './connection.js';
import { type Driver, Unreachable } from './driver.js';
import type { Citation, Exchange, Outcome } from './outcome.js';
import type { Redactor } from './redact.js';
import { compareShape } from './schemas/compare.js';
import { Session } from './session.js';
import { toShownOutcome } from './shown.js';
import { Breach, type Evidence, Inconclusive, LEVELS, type Level, NotApplicable, type Verdict } from './verdict.js';

/** Where a check runs: one server, one revision. */
export interface Scene {
  readonly driver: Driver;
  readonly revision: Revision;
  readonly server: ServerFacts;
  readonly probeTool: ProbeTool | undefined;
  readonly slowTool: ProbeTool | undefined;
  readonly timeoutMs: number;
  readonly quietMs: number;
  readonly signal: AbortSignal;
  /** For what the server sent and a check quotes: the transcripts of its connections are without secrets anyway. */
  readonly redact: Redactor;
  /** How long the first answer of the server took. */
  readonly slowestMs: number;
  /** What `once` remembers. */
  readonly memory: Map<string, Remembered>;
  /** Connections that were opened for this revision, for checks that judge them all. */
  readonly observed: Connection[];
}

/** What a check did for others too. */
interface Remembered {
  readonly made: Promise<unknown>;
  /** Once it has failed: where its bytes are. */
  at?: Evidence['at'];
}

/** A verdict and what is said for it. */
export interface Judged {
  readonly verdict: Verdict;
  readonly reason?: string;
  readonly evidence?: Evidence;
}

const DEFAULT_LIMIT_MS = 15_000;

/**
 * Runs one check, within its time, and says what it came to. Never rejects: whatever goes wrong is a verdict. `shared` is the session for
 * a check that uses one.
 */
export async function runCheck(check: Check, scene: Scene, shared?: Session): Promise<Outcome> {
  const startedAt = performance.now();
  const requirements = citationsOf(scene.revision, check.spec);
  const level = effectiveLevel(check.level, requirements);
  const missing = missingNeed(check.needs ?? [], scene);
  const opened: Connection[] = [];
  const sharedMark = shared?.connection.transcript.length ?? 0;
  const judged: Judged =
    missing !== undefined ? { verdict: 'not-applicable', reason: missing } : await judge(check, level, scene, shared, opened);
  const exchanges: Exchange[] = [];
  if (shared) exchanges.push({ entries: shared.connection.transcript.since(sharedMark) });
  for (const { transcript } of opened) exchanges.push({ entries: transcript.since() });
  const { evidence } = judged;
  if (evidence?.at) exchanges.push({ entries: evidence.at.transcript.around(evidence.at.position) });
  const shown = judged.verdict !== 'pass' && judged.verdict !== 'not-applicable';
  const outcome: Outcome = {
    check: check.id,
    title: check.title,
    level,
    transport: scene.driver.transport,
    revision: scene.revision,
    verdict: judged.verdict,
    requirements,
    durationMs: Math.round(performance.now() - startedAt),
    ...(judged.reason !== undefined && { reason: judged.reason }),
    ...(evidence?.expected !== undefined && { expected: evidence.expected }),
    ...(evidence?.received !== undefined && { received: evidence.received }),
    ...((judged.verdict === 'fail' || judged.verdict === 'warn') && { remedy: evidence?.remedy ?? check.remedy }),
    ...(shown && { exchanges: exchanges.filter(({ entries }) => entries.length > 0) }),
  };
  return toShownOutcome(outcome, scene.redact);
}

async function judge(check: Check, level: Level, scene: Scene, shared: Session | undefined, opened: Connection[]): Promise<Judged> {
  // A check that was waiting for its turn does not begin any more.
  if (scene.signal.aborted) return { verdict: 'inconclusive', reason: 'the run was given up' };
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const giveUp = (): void => controller.abort(scene.signal.reason);
  scene.signal.addEventListener('abort', giveUp, { once: true });
  const limitMs = Math.max(check.limitMs ?? DEFAULT_LIMIT_MS, 2 * scene.timeoutMs);
  const limit = sleep(limitMs, undefined, { signal: controller.signal }).then(
    () => new Inconclusive(`the check took longer than its ${limitMs} ms`),
    () => new Inconclusive('the run was given up'),
  );
  try {
    const context = createContext(scene, shared, opened, controller.signal);
    const late = await Promise.race([check.run(context).then(() => undefined), limit]);
    if (late) throw late;
    return { verdict: 'pass' };
  } catch (error) {
    return toJudged(level, error);
  } finally {
    scene.signal.removeEventListener('abort', giveUp);
    controller.abort();
    await Promise.all(opened.map((connection) => connection.close()));
  }
}

/** What a check that threw this comes to. */
export function toJudged(own: Level, error: unknown): Judged {
  if (error instanceof Breach) {
    const level = error.evidence.level ?? own;
    return { verdict: level === 'must' ? 'fail' : 'warn', reason: error.message, evidence: error.evidence };
  }
  if (error instanceof NotApplicable) return { verdict: 'not-applicable', reason: error.message };
  if (error instanceof Inconclusive) {
    const { evidence } = error as { evidence?: Evidence };
    return { verdict: 'inconclusive', reason: error.message, ...(evidence && { evidence }) };
  }
  if (error instanceof Unreachable) return { verdict: 'inconclusive', reason: error.message };
  return {
    verdict: 'inconclusive',
    reason: `the check itself failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  };
}

/** Revisions differ in what they ask for: a check is no stricter than the strictest requirement that the revision has for it. */
export function effectiveLevel(own: Level, requirements: readonly Citation[]): Level {
  if (requirements.length === 0) return own;
  const strictest = Math.min(...requirements.map(({ level }) => LEVELS.indexOf(level)));
  return LEVELS[Math.max(strictest, LEVELS.indexOf(own))] ?? own;
}

function createContext(scene: Scene, shared: Session | undefined, opened: Connection[], signal: AbortSignal): CheckContext {
  const connect = async (options: OpenOptions = {}): Promise<Session> => {
    const connection = await scene.driver.connect(scene.revision, signal);
    opened.push(connection);
    scene.observed.push(connection);
    // Nothing may be left of a check whose time was over while this waited.
    if (signal.aborted) await connection.close();
    return new Session(connection, { revision: scene.revision, timeoutMs: scene.timeoutMs, signal, ...options });
  };
  let session: Promise<Session> | undefined;
  const context: CheckContext = {
    transport: scene.driver.transport,
    revision: scene.revision,
    server: scene.server,
    probeTool: scene.probeTool,
    slowTool: scene.slowTool,
    timeoutMs: scene.timeoutMs,
    quietMs: scene.quietMs,
    signal,
    observed: scene.observed,
    session() {
      session ??= shared ? Promise.resolve(shared) : context.open();
      return session;
    },
    connect,
    async open(options) {
      const session = await connect(options);
      await context.control('a session is opened', () => session.open());
      return session;
    },
    async control(what, work) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Breach)) throw error;
        const inconclusive = new Inconclusive(`what has to work first did not (${what}): ${error.message}`);
        throw Object.assign(inconclusive, { evidence: error.evidence });
      }
    },
    once<T>(what: string, work: () => Promise<T>): Promise<T> {
      const known = scene.memory.get(what);
      if (known) return known.made.catch((error: unknown) => Promise.reject(withBytes(error, known.at))) as Promise<T>;
      const made = work();
      const remembered: Remembered = { made };
      scene.memory.set(what, remembered);
      made.catch(() => {
        const transcript = (opened.at(-1) ?? shared?.connection)?.transcript;
        remembered.at = transcript && { transcript, position: transcript.length };
      });
      return made;
    },
    async settle(session, after) {
      await session.alive(after);
      await sleep(scene.quietMs, undefined, { signal }).catch(() => {});
    },
    shape(name, value, what) {
      const differences = compareShape(scene.revision, name, value);
      if (differences.length > 0) {
        throw new Breach(`${what} is not as the schema of ${scene.revision} has it: ${differences.slice(0, 5).join('; ')}`, {
          expected: `${name} of ${scene.revision}`,
          received: value,
        });
      }
    },
  };
  return context;
}

/** What went wrong on a connection of another check, with the bytes of that. */
function withBytes(error: unknown, at: Evidence['at']): unknown {
  if (!at) return error;
  if (error instanceof Breach) return new Breach(error.message, { at, ...error.evidence });
  if (!(error instanceof Inconclusive)) return error;
  const { evidence } = error as { evidence?: Evidence };
  return Object.assign(new Inconclusive(error.message), { evidence: { at, ...evidence } });
}

function missingNeed(needs: readonly Need[], scene: Scene): string | undefined {
  for (const need of needs) {
    if (need === 'probe-tool') {
      if (!scene.probeTool) return 'it needs a tool that may be called: --probe-tool NAME';
    } else if (need === 'slow-tool') {
      if (!scene.slowTool) return 'it needs a tool that takes its time: --slow-tool NAME';
    } else if (need === 'signals') {
      if (process.platform === 'win32') return 'this operating system has no signals';
    } else {
      const capability = need.slice('capability:'.length);
      if (!Object.hasOwn(scene.server.capabilities, capability)) return `the server does not declare the capability ${capability}`;
    }
  }
  return undefined;
}
