import type { Outcome } from './outcome.js';
import type { Redactor } from './redact.js';

/** What is kept of evidence: enough to see what is meant, of a server that sends without end too. */
const MAX_CHARS = 4_096;
const MAX_ELEMENTS = 100;
const MAX_MEMBERS = 200;
const MAX_DEPTH = 16;

/**
 * A value as reports may have it: without secrets, and cut where it is long. Texts, and what is no JSON, come out as they would in JSON; what a
 * name marks as a secret is masked as it is in a transcript.
 */
export function toShown(value: unknown, redact: Redactor): unknown {
  return cut(value, redact, 0);
}

/** An outcome whose words and evidence may be shown. Its transcripts can be from the beginning. */
export function toShownOutcome(outcome: Outcome, redact: Redactor): Outcome {
  const { reason, expected, received } = outcome;
  return {
    ...outcome,
    ...(reason !== undefined && { reason: cutText(reason, redact) }),
    ...(expected !== undefined && { expected: toShown(expected, redact) }),
    ...(received !== undefined && { received: toShown(received, redact) }),
  };
}

function cut(value: unknown, redact: Redactor, depth: number): unknown {
  if (typeof value === 'string') return cutText(value, redact);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) {
    const kept = value.slice(0, MAX_ELEMENTS).map((element) => cut(element, redact, depth + 1));
    return value.length > MAX_ELEMENTS ? [...kept, `… ${value.length - MAX_ELEMENTS} more`] : kept;
  }
  const members = Object.entries(value);
  const kept = members.slice(0, MAX_MEMBERS).map(([name, member]) => [name, cutMember(name, member, redact, depth + 1)] as const);
  if (members.length > MAX_MEMBERS) kept.push(['…', `${members.length - MAX_MEMBERS} more`]);
  return Object.fromEntries(kept);
}

/** The redactor knows members by their names, and so has to see them together. */
function cutMember(name: string, value: unknown, redact: Redactor, depth: number): unknown {
  if (typeof value !== 'string') return cut(value, redact, depth);
  const pair = JSON.stringify({ [name]: value.slice(0, 2 * MAX_CHARS) });
  const clean = redact(pair);
  if (clean === pair) return cutText(value, redact);
  try {
    return cutText(String(Object.values(JSON.parse(clean) as object)[0]), redact);
  } catch {
    return '[redacted]';
  }
}

function cutText(text: string, redact: Redactor): string {
  // A secret that is cut in two by the end of what is looked at lies beyond what is kept.
  const clean = redact(text.slice(0, 2 * MAX_CHARS));
  return clean.length > MAX_CHARS ? `${clean.slice(0, MAX_CHARS)}… (${text.length} characters)` : clean;
}
