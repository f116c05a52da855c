import { setTimeout as sleep } from 'node:timers/promises';
import { eraOf, REVISION_FEATURES, type Revision } from '@mcpwire/protocol';
import type { Connection } from './connection.js';
import { type Driver, Unreachable } from './driver.js';
import type { JsonObject } from './inbox.js';
import type { Redactor } from './redact.js';
import { lastLines, shorten } from './report/words.js';
import { isObject, Session } from './session.js';
import { Breach } from './verdict.js';

/** A revision that the server agreed to, with the session in which it did. */
export interface Agreed {
  readonly revision: Revision;
  readonly session: Session;
  readonly greeting: JsonObject;
  /** How long its first answer took. */
  readonly tookMs: number;
}

export interface NegotiateOptions {
  /** How long the first answer may take: starting the program included. */
  readonly startMs: number;
  readonly signal: AbortSignal;
  /** For what is told of a server that agrees to nothing. Default: as it is. */
  readonly redact?: Redactor;
  /** Which are asked for; default: all that the driver has. */
  readonly revisions?: readonly Revision[] | undefined;
}

/** What became of asking for one revision. */
interface Attempt {
  readonly revision: Revision;
  readonly session: Session;
  readonly tookMs: number;
  readonly greeting?: JsonObject;
  /** It answered with a result, but not with one that agrees on this revision. */
  readonly answered?: JsonObject;
  readonly problem?: string;
}

/** How long a server may take for its lists that has spoken before, only not of `server/discover`. */
const LISTS_MS = 3_000;
/** What is told of one attempt: the page that a web server makes of an error is longer. */
const MAX_PROBLEM_CHARS = 240;
/** What a legacy server gets to stay silent on `server/discover`, once `initialize` was answered elsewhere. */
const MODERN_GRACE_MS = 1_000;

/**
 * Finds out which revisions the server supports, by asking for each on a connection of its own: `initialize` for the ones with a
 * handshake, `server/discover` for those after. The sessions stay open.
 *
 * @throws Unreachable when the server can't be started or reached, or agrees on nothing at all.
 */
export async function negotiate(driver: Driver, options: NegotiateOptions): Promise<Agreed[]> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(options.signal.reason);
  options.signal.addEventListener('abort', stop, { once: true });
  if (options.signal.aborted) stop();
  const startedAt = performance.now();
  try {
    const attempt = (revision: Revision): Promise<Attempt> => ask(driver, revision, options.startMs, controller.signal);
    const revisions = driver.revisions.filter((revision) => options.revisions?.includes(revision) ?? true);
    const legacy = Promise.all(revisions.filter((revision) => eraOf(revision) === 'legacy').map(attempt));
    const modern = Promise.all(revisions.filter((revision) => eraOf(revision) === 'modern').map(attempt));
    // A rejection of one while the other is awaited is not unhandled; it is thrown below.
    modern.catch(() => {});
    const attempts = [...(await legacy)];
    // Only who has a legacy revision may have nothing to say to the other question; whoever has none gets all of the time.
    if (attempts.some(({ greeting, answered }) => greeting ?? answered)) {
      const graceMs = Math.max(MODERN_GRACE_MS, performance.now() - startedAt);
      const limit = sleep(graceMs, undefined, { signal: controller.signal, ref: true }).catch(() => undefined);
      await Promise.race([modern, limit]);
    } else await modern;
    controller.abort();
    attempts.push(...(await modern));
    options.signal.throwIfAborted();
    return await settle(attempts, options.redact);
  } finally {
    options.signal.removeEventListener('abort', stop);
    controller.abort();
  }
}

async function ask(driver: Driver, revision: Revision, startMs: number, signal: AbortSignal): Promise<Attempt> {
  const startedAt = performance.now();
  const connection = await driver.connect(revision, signal);
  const session = new Session<Connection>(connection, { revision, timeoutMs: startMs, signal });
  try {
    const { initialize } = REVISION_FEATURES[revision];
    const result = await session.result(initialize ? 'initialize' : 'server/discover', initialize ? session.initializeParams : undefined);
    const tookMs = performance.now() - startedAt;
    if (initialize) {
      connection.declared = {};
      if (result.protocolVersion !== revision) return { revision, session, tookMs, answered: result };
      connection.agreed?.(revision);
      await session.notify('notifications/initialized');
    } else if (Array.isArray(result.supportedVersions) && !result.supportedVersions.includes(revision)) {
      return { revision, session, tookMs, answered: result };
    }
    return { revision, session, tookMs, greeting: result };
  } catch (error) {
    if (!(error instanceof Breach)) throw error;
    const tookMs = performance.now() - startedAt;
    if (eraOf(revision) === 'modern' && (await isModernWithoutDiscover(session))) return { revision, session, tookMs, greeting: {} };
    return { revision, session, tookMs, problem: describe(error) };
  }
}

/** Results of 2026-07-28 have a resultType, which no legacy server has a reason to send. */
async function isModernWithoutDiscover(session: Session): Promise<boolean> {
  if (session.connection.inbox.ended !== undefined || session.mark === 0) return false;
  const results = ['tools/list', 'prompts/list', 'resources/list'].map(async (method) => {
    try {
      return await session.result(method, undefined, { withinMs: LISTS_MS });
    } catch (error) {
      if (!(error instanceof Breach)) throw error;
      return {};
    }
  });
  return (await Promise.all(results)).some(({ resultType }) => typeof resultType === 'string');
}

async function settle(attempts: readonly Attempt[], redact: Redactor = (text) => text): Promise<Agreed[]> {
  const agreed: Agreed[] = [];
  const rest: Attempt[] = [];
  for (const attempt of attempts) {
    const { revision, session, tookMs, greeting } = attempt;
    if (greeting) agreed.push({ revision, session, tookMs, greeting });
    else rest.push(attempt);
  }
  for (const era of ['legacy', 'modern'] as const) {
    if (agreed.some(({ revision }) => eraOf(revision) === era)) continue;
    // A server that answers, only never with the version it was asked for, breaks a rule that there is a check for.
    const newest = rest.findLast(({ revision, answered }) => answered && eraOf(revision) === era);
    if (newest?.answered && !namesAnother(newest.answered)) {
      agreed.push({ revision: newest.revision, session: newest.session, tookMs: newest.tookMs, greeting: newest.answered });
      rest.splice(rest.indexOf(newest), 1);
    }
  }
  const log = rest.map(({ session }) => lastLines(session.connection.log ?? '')).find(Boolean);
  const advice = rest.map(({ session }) => session.connection.advice).find(Boolean);
  await Promise.all(rest.map(({ session }) => session.connection.close()));
  if (agreed.length === 0) {
    const problems = [
      ...new Set(
        rest.map(
          ({ problem, answered }) => problem ?? `it agreed on ${JSON.stringify(answered?.protocolVersion ?? answered?.supportedVersions)}`,
        ),
      ),
    ];
    const parts = [
      `no revision could be agreed on: ${problems.join(';\n  ')}`,
      ...(advice ? [advice] : []),
      ...(log ? [`It logged:\n${log}`] : []),
    ];
    throw new Unreachable(redact(parts.join('\n')));
  }
  return agreed;
}

/** Whether the answer names a version that this handshake does not lead to: a later one, or one that only another handshake has. */
function namesAnother({ protocolVersion, supportedVersions }: JsonObject): boolean {
  return Array.isArray(supportedVersions) || (typeof protocolVersion === 'string' && eraOf(protocolVersion) !== undefined);
}

function describe(error: Breach): string {
  const { received } = error.evidence;
  const why = shorten(error.message.replace(/\s+/g, ' '), MAX_PROBLEM_CHARS);
  return isObject(received) && isObject(received.error) ? `${why}: ${shorten(JSON.stringify(received.error), MAX_PROBLEM_CHARS)}` : why;
}
