import type { Revision } from '@mcpwire/protocol';
import { citationsOf } from '../citations.js';
import type { Outcome } from '../outcome.js';
import { effectiveLevel, type Judged, toJudged } from '../run-check.js';
import type { ClientCheck, ClientFacts } from './client-check.js';
import type { Observation } from './observation.js';

interface Sight {
  readonly seen: Observation;
  readonly judged: Judged;
}

/** In which order verdicts of several scenes count: a breach in one, else what could not be judged, else that it held. */
const ORDER = ['fail', 'warn', 'inconclusive', 'pass', 'not-applicable'] as const;

/** What one check comes to in one revision. Never throws. */
export function judgeClient(check: ClientCheck, revision: Revision, scenes: readonly Observation[], known: ClientFacts): Outcome {
  const startedAt = performance.now();
  const facts = { ...known, tells: known.tells && check.readsExitCode === true };
  const requirements = citationsOf(revision, check.spec);
  const level = effectiveLevel(check.level, requirements);
  const sights = scenes
    .filter(({ scene }) => check.scenes === 'every' || check.scenes.includes(scene))
    .map((seen): Sight => ({ seen, judged: judgeOne(check, level, seen, facts) }));
  const [first] = [...sights].sort((a, b) => ORDER.indexOf(a.judged.verdict) - ORDER.indexOf(b.judged.verdict));
  const judged: Judged = first?.judged ?? { verdict: 'not-applicable', reason: 'its scene does not concern this client' };
  const { evidence, verdict } = judged;
  const isBroken = verdict === 'fail' || verdict === 'warn';
  const at = evidence?.at;
  return {
    check: check.id,
    title: check.title,
    level,
    transport: facts.plain.transport,
    revision,
    verdict,
    requirements,
    durationMs: Math.round(performance.now() - startedAt),
    ...(judged.reason !== undefined && { reason: judged.reason }),
    ...(evidence?.expected !== undefined && { expected: evidence.expected }),
    ...(evidence?.received !== undefined && { received: evidence.received }),
    ...(isBroken && { remedy: evidence?.remedy ?? check.remedy }),
    ...((isBroken || verdict === 'inconclusive') &&
      first && { exchanges: [{ entries: at ? at.transcript.around(at.position) : first.seen.transcript.since() }] }),
  };
}

function judgeOne(check: ClientCheck, level: Outcome['level'], seen: Observation, facts: ClientFacts): Judged {
  try {
    check.judge(seen, facts);
    return { verdict: 'pass' };
  } catch (error) {
    return toJudged(level, error);
  }
}
