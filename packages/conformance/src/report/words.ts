import type { Outcome } from '../outcome.js';
import type { Report } from '../report.js';
import type { TranscriptEntry } from '../transcript.js';
import type { Verdict } from '../verdict.js';

/** How verdicts are called in reports. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  pass: 'passed',
  fail: 'failed',
  warn: 'warned',
  'not-applicable': 'not applicable',
  inconclusive: 'inconclusive',
};

const SHOWN_VALUE_CHARS = 600;

/** A value of the evidence: texts as they are, the rest as JSON; cut where it is long. */
export function showValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
  return shorten(text, SHOWN_VALUE_CHARS);
}

export function shorten(text: string, chars: number): string {
  return text.length > chars ? `${text.slice(0, chars)}… (${text.length} characters)` : text;
}

/** The end of a log, where what went wrong stands. */
export function lastLines(log: string, count = 20): string {
  return log.trim().split('\n').slice(-count).join('\n');
}

/** Control characters as escapes, so that a server's bytes neither break lines nor reach a terminal. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\ufeff]/gu, (char) => {
    if (char === '\n') return '\\n';
    if (char === '\r') return '\\r';
    if (char === '\t') return '\\t';
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The mark that stands before an entry of a transcript, seen from the suite. */
export const ENTRY_MARKS: Readonly<Record<TranscriptEntry['kind'], string>> = { sent: '→', received: '←', stderr: '!', event: '·' };

/** Fields of HTTP that are on every message and show nothing of MCP; the values that every right request has. */
const EVERYDAY_FIELDS =
  /^(?:date|connection|keep-alive|transfer-encoding|content-length|host|server|x-powered-by|etag|vary|cache-control|access-control-[a-z-]+):|^accept: (?:application\/json, )?text\/event-stream$|^content-type: application\/json$/i;

/** The head of an HTTP message in brief, so that what matters of it, and its body, are not what is cut off. Other text as it is. */
function squeezeHttp(text: string): string {
  const [, start, fields, body] =
    /^((?:HTTP\/\d\.\d \d{3}|[A-Z]+ \S+ HTTP\/\d\.\d)[^\r\n]*)\r\n((?:[^\r\n]+\r\n)*)\r\n(.*)$/s.exec(text) ?? [];
  if (start === undefined || fields === undefined) return text;
  const all = fields.split('\r\n').filter(Boolean);
  const kept = all.filter((field) => !EVERYDAY_FIELDS.test(field));
  if (kept.length < all.length) kept.push('…');
  return `${start.replace(/^HTTP\/\d\.\d (?=\d{3})| HTTP\/\d\.\d$/g, '')}${kept.length > 0 ? ` [${kept.join('; ')}]` : ''} ${body}`.trimEnd();
}

/** An entry in one line. */
export function showEntry({ kind, text, bytes, atMs }: TranscriptEntry, chars: number): string {
  const shown = visible(squeezeHttp(text).replace(/\n$/, ''));
  const cut = shown.length > chars ? `${shown.slice(0, chars)}…` : shown;
  return `${String(Math.round(atMs)).padStart(6)} ms ${ENTRY_MARKS[kind]} ${cut}${bytes > chars ? ` (${bytes} bytes)` : ''}`;
}

/** `stdio/split-writes` → `stdio`. */
export function areaOf(check: string): string {
  return check.slice(0, check.indexOf('/'));
}

/** Outcomes of one check that say the same, with the revisions that they hold for. */
export interface Finding {
  readonly outcome: Outcome;
  readonly revisions: readonly string[];
}

/** Puts together what differs by revision only. */
export function findings(outcomes: readonly Outcome[]): Finding[] {
  const groups = new Map<string, { outcome: Outcome; revisions: string[] }>();
  for (const outcome of outcomes) {
    const reason = outcome.reason?.replaceAll(outcome.revision, '');
    const key = JSON.stringify([outcome.check, outcome.verdict, reason, outcome.known]);
    const group = groups.get(key);
    if (group) group.revisions.push(outcome.revision);
    else groups.set(key, { outcome, revisions: [outcome.revision] });
  }
  return [...groups.values()];
}

/** How the server introduced itself, in each way that it did. */
export function introductions({ servers }: Report): string[] {
  return [...new Set(servers.map(({ name, version }) => [name ?? 'a server without a name', version].filter(Boolean).join(' ')))];
}
