import { eraOf } from '@mcpwire/protocol';
import { breach, ensure, inconclusive, notApplicable } from '../../expect.js';
import type { ClientCheck, ClientFacts } from '../client-check.js';
import type { Link, Observation } from '../observation.js';
import { EVERY, MODERN, STDIO } from '../revisions.js';
import { needsSteps } from './help.js';

function linkOf({ links }: Observation): Link {
  const [link] = links;
  if (!link) return inconclusive('the client started no server in this scene');
  return link;
}

function isDual({ revisions }: ClientFacts): boolean {
  return revisions.some((revision) => eraOf(revision) === 'legacy');
}

const noNewline: ClientCheck = {
  id: 'client/stdio-message-no-newline',
  level: 'must',
  title: 'A message is one line',
  spec: ['stdio.message.no-newline'],
  transports: STDIO,
  revisions: EVERY,
  scenes: 'every',
  remedy: 'Write each message as JSON without newlines, and one newline after it.',
  judge(seen) {
    const fault = seen.faults.find(({ kind }) => kind === 'broken-line' || kind === 'unterminated');
    if (fault) breach(`what the client wrote ${fault.why}`, { received: fault.text, ...seen.at(fault) });
    if (seen.heard.length === 0) notApplicable('the client sent no message');
  },
};

const single: ClientCheck = {
  id: 'client/stdio-message-single',
  level: 'must',
  title: 'A line holds one message and no array',
  spec: ['stdio.message.single'],
  transports: STDIO,
  revisions: EVERY.filter((revision) => revision >= '2025-06-18'),
  scenes: 'every',
  remedy: 'Send messages one by one.',
  judge(seen) {
    for (const batch of seen.batches) breach('the client wrote an array', { received: batch.value, ...seen.at(batch) });
    if (seen.heard.length === 0) notApplicable('the client sent no message');
  },
};

const pure: ClientCheck = {
  id: 'client/stdio-stdin-only-messages',
  level: 'must',
  title: "Nothing but messages goes to the server's stdin",
  spec: ['stdio.stdin.only-messages'],
  transports: STDIO,
  revisions: EVERY,
  scenes: 'every',
  remedy: "Write nothing to the server's stdin but messages.",
  judge(seen) {
    const fault = seen.faults.find(({ kind }) => ['empty', 'not-json', 'not-an-object', 'too-long'].includes(kind));
    if (fault) breach(`a line that the client wrote ${fault.why}`, { received: fault.text, ...seen.at(fault) });
    if (seen.heard.length === 0) notApplicable('the client sent no message');
  },
};

/** What a server that is just starting to exit takes for a signal may have been sent in the same moment as its stdin was closed. */
const SAME_MOMENT_MS = 20;

const ladder: ClientCheck = {
  id: 'client/stdio-shutdown-client-ladder',
  level: 'should',
  title: 'The client closes stdin first, then waits, then sends SIGTERM, then SIGKILL',
  spec: ['stdio.shutdown.client-ladder'],
  transports: STDIO,
  revisions: EVERY,
  scenes: ['plain', 'stubborn'],
  remedy: 'Close the stdin of the server and give it time to exit; then send SIGTERM, give it time again, and end it with SIGKILL.',
  judge(seen) {
    const link = linkOf(seen);
    const { endedAt, signals, gone } = link;
    const [first] = signals;
    const evidence = {
      received: seen.transcript
        .since()
        .filter(({ kind }) => kind === 'event')
        .map(({ text }) => text),
    };
    if (endedAt === undefined && !first && !gone) return notApplicable('the client did not end the server while it was watched');
    if (endedAt === undefined || (first && first.at < endedAt + SAME_MOMENT_MS) || (gone && gone.at < endedAt)) {
      if (endedAt !== undefined && !first && gone && !gone.killed) return;
      breach('the client used force before it had closed stdin and waited', evidence);
    }
    if (seen.scene !== 'stubborn') return;
    if (seen.leftRunning) breach('the client exited, and left a server running that ignored the end of its stdin', evidence);
    if (!gone) return notApplicable('the client was still waiting for the server when it had to be ended');
    ensure(gone.killed, 'the server was not ended by force', evidence);
    ensure(
      signals.some(({ name }) => name === 'SIGTERM'),
      'the client killed the server without SIGTERM first',
      evidence,
    );
  },
};

const stderr: ClientCheck = {
  id: 'client/stdio-stderr-no-error',
  level: 'should',
  title: 'Output on stderr is not taken for a failure',
  spec: ['stdio.stderr.no-error'],
  transports: STDIO,
  revisions: ['2025-11-25', '2026-07-28'],
  scenes: ['stderr'],
  readsExitCode: true,
  remedy: 'Log what comes on stderr, or drop it, and go on.',
  judge(seen, facts) {
    linkOf(seen);
    const missing = facts.plain.heard.find(({ message }) => !seen.heard.some((heard) => heard.message.method === message.method));
    // The steps of this scene are the first of the plain one.
    const isLater = typeof missing?.message.method === 'string' && /^(?:resources|prompts)\//.test(missing.message.method);
    ensure(!missing || isLater, `the client did not send ${missing?.message.method}, and does when stderr is silent`, {
      received: seen.log,
    });
    if (facts.tells) ensure(seen.exit?.code === 0, 'a request failed when the server wrote to stderr', { received: seen.log });
  },
};

const restarts: ClientCheck = {
  id: 'client/stdio-restarts',
  level: 'should',
  title: 'A server that ended unexpectedly is started again',
  spec: ['stdio.client.restarts'],
  transports: STDIO,
  revisions: MODERN,
  scenes: ['crash'],
  remedy: 'Start the command again when the server exits while the connection is in use.',
  judge(seen, facts) {
    needsSteps(facts);
    const link = linkOf(seen);
    if (!link.gone) return inconclusive('the server did not come to the point where it ends');
    const { at } = link.gone;
    ensure(
      seen.links.some(({ startedAt }) => startedAt > at),
      'the client did not start the server again',
      { received: seen.log },
    );
  },
};

function probes(id: string, spec: string, forDual: boolean): ClientCheck {
  return {
    id,
    level: 'should',
    title: `A client ${forDual ? 'of both eras' : 'without legacy revisions'} asks server/discover before anything else`,
    spec: [spec],
    transports: STDIO,
    revisions: MODERN,
    scenes: ['plain'],
    remedy: 'Ask server/discover first, with the preferred version in _meta.',
    judge(seen, facts) {
      if (isDual(facts) !== forDual)
        notApplicable(forDual ? 'the client speaks no legacy revision' : 'the client speaks legacy revisions too');
      const [first] = seen.heard;
      ensure(first?.message.method === 'server/discover', 'the first message was another', { received: first?.message });
    },
  };
}

const fallback: ClientCheck = {
  id: 'client/stdio-fallback-any-error',
  level: 'must',
  title: 'Whatever error a legacy server answers to server/discover, the client falls back to initialize',
  spec: ['stdio.client.fallback-any-error'],
  transports: STDIO,
  revisions: MODERN,
  scenes: ['legacy-server-32601', 'legacy-server-32602', 'legacy-server-32000'],
  remedy: 'Fall back to initialize on every error that is none of 2026-07-28.',
  judge(seen) {
    const [probe] = seen.asked('server/discover');
    if (!probe) return notApplicable('the client did not ask server/discover');
    const code = seen.scene.slice('legacy-server'.length);
    ensure(
      seen.asked('initialize').length > 0,
      `the client did not fall back to initialize when server/discover was answered with ${code}`,
      {
        expected: 'initialize',
        ...seen.at(seen.answerTo(probe.message.id) ?? probe),
      },
    );
  },
};

const noFallback: ClientCheck = {
  id: 'client/stdio-no-fallback-on-modern-error',
  level: 'must',
  title: 'An error that only a modern server sends does not lead to initialize',
  spec: ['stdio.client.no-fallback-on-modern-error'],
  transports: STDIO,
  revisions: MODERN,
  scenes: ['modern-error'],
  remedy: 'On -32022 choose from data.supported, or report that no version fits.',
  judge(seen, facts) {
    if (!isDual(facts)) notApplicable('the client speaks no legacy revision');
    if (seen.asked('server/discover').length === 0) notApplicable('the client did not ask server/discover');
    const [initialize] = seen.asked('initialize');
    ensure(!initialize, 'the client fell back to initialize, though the server showed that it is modern', {
      received: initialize?.message,
      ...(initialize && seen.at(initialize)),
    });
  },
};

export const stdioChecks: readonly ClientCheck[] = [
  noNewline,
  single,
  pure,
  ladder,
  stderr,
  restarts,
  probes('client/stdio-probes', 'stdio.client.probes', true),
  probes('client/stdio-modern-probes', 'stdio.client.modern-probes', false),
  fallback,
  noFallback,
];
