import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import { type ContractCase, defineCase } from '../case.js';
import { show } from '../json.js';
import { assertNumbers, note } from '../messages.js';
import type { Attempt, Side } from '../side.js';
import { ContractViolation } from '../violation.js';

/** Callers and callbacks that misbehave. */
export const failures: readonly ContractCase[] = [
  defineCase({ id: 'failures/unsendable', title: 'a message that JSON cannot say rejects with encode-failed' }, async (scene) => {
    await scene.eachDirection(async (from) => {
      for (const [what, message] of unsendable())
        await scene.fails(from.send(message, undefined, `send() of ${what}`), ['encode-failed'], 'though JSON cannot say it');
    });
  }),

  defineCase(
    { id: 'failures/unsendable-stays-open', title: 'a message that JSON cannot say disturbs none of the others' },
    async (scene) => {
      await scene.eachDirection(async (from, to) => {
        const good: Attempt[] = [];
        const bad: Attempt[] = [];
        for (const [, message] of unsendable()) {
          good.push(from.send(note(good.length)));
          bad.push(from.send(message));
        }
        await scene.allSettle(bad, 'though JSON cannot say its message');
        good.push(from.send(note(good.length)));
        for (const attempt of good) await scene.succeeds(attempt, 'beside a message that JSON cannot say');
        await scene.receives(to, good.length, 'sent beside others that JSON cannot say');
        await scene.quiet();
        scene.assertArrived(
          to.messages,
          good.map((_, n) => n),
          `${to.name} did not receive exactly the messages that JSON can say`,
        );
      });
    },
  ),

  defineCase(
    { id: 'failures/send-never-throws', title: 'send, start and close never throw: they return a promise in every state' },
    async (scene) => {
      await scene.eachUnstarted(async (side, link) => {
        const attempts: Attempt[] = [];
        const tryAll = (when: string): void => {
          attempts.push(side.send(note(0), undefined, `send() ${when}`));
          attempts.push(side.send(note(0), { signal: AbortSignal.abort() }, `send() with an aborted signal ${when}`));
          for (const [what, message] of unsendable()) attempts.push(side.send(message, undefined, `send() of ${what} ${when}`));
        };
        tryAll('before start');
        await link.start();
        tryAll('while open');
        attempts.push(side.start());
        attempts.push(side.close());
        tryAll('while closing');
        await scene.closes(side, 'after close()');
        tryAll('after close');
        attempts.push(side.start());
        attempts.push(side.close());
        await scene.allSettle(attempts, 'in whatever state it was called');
      });
    },
  ),

  defineCase({ id: 'failures/onmessage-throws', title: 'an onmessage that throws stops no message' }, async (scene) => {
    await scene.eachDirection(async (from, to) => {
      const numbers = Array.from({ length: 20 }, (_, n) => n);
      to.listen(() => {
        throw new Error('thrown by onmessage');
      });
      for (const n of numbers) await scene.sends(from, note(n), 'though only the onmessage of the other side throws');
      await scene.receives(to, numbers.length, 'though its onmessage throws');
      assertNumbers(to.messages, numbers, `${to.name} did not receive every message in order when its onmessage throws`);
    });
  }),

  defineCase(
    {
      id: 'failures/onmessage-reported',
      title: 'what onmessage throws is reported to onerror, with the thrown value as the error or its cause',
    },
    async (scene) => {
      await scene.eachDirection(async (from, to) => {
        const thrown = [new Error('thrown by onmessage'), 'a thrown text', undefined];
        to.listen(() => {
          throw thrown[to.messages.length - 1];
        });
        for (const [n, value] of thrown.entries()) {
          await scene.sends(from, note(n));
          await scene.until(() => to.errors.length > n, `${to.name}.onerror to be told that onmessage threw ${show(value)}`);
          assertReports(to, to.errors[n], value, 'onmessage');
        }
      });
    },
  ),

  defineCase(
    { id: 'failures/onclose-throws', title: 'an onclose that throws is reported to onerror, and close resolves all the same' },
    async (scene) => {
      await scene.eachSide(async (side, _other, link) => {
        const thrown = new Error('thrown by onclose');
        side.onclose(() => {
          throw thrown;
        });
        await scene.succeeds(side.close(), 'though only onclose throws');
        await scene.until(() => side.errors.length > 0, `${side.name}.onerror to be told that onclose threw`);
        assertReports(side, side.errors[0], thrown, 'onclose');
        await scene.quiet();
        link.assertClosedOnce(side, 'when onclose throws');
      });
    },
  ),

  defineCase(
    { id: 'failures/no-false-alarm', title: 'onerror hears nothing of an exchange in which nothing goes wrong' },
    async (scene) => {
      const { a, b } = await scene.open();
      const bothWays = scene.fixture.abilities.includes('push');
      for (let n = 0; n < 20; n++) {
        await scene.sends(a, note(n));
        if (bothWays) await scene.sends(b, note(n));
      }
      await scene.receives(b, 20);
      if (bothWays) await scene.receives(a, 20);
      await scene.ends(a);
      await scene.quiet();
      await scene.ends(b);
      await scene.quiet();
      for (const side of [a, b]) {
        if (side.errors.length === 0) continue;
        throw new ContractViolation(`${side.name}.onerror was called though nothing went wrong`, {
          expected: 'no call',
          actual: show(side.errors[0]),
        });
      }
    },
  ),
];

/** Messages by their types, but not for JSON. */
function unsendable(): [what: string, message: JsonRpcMessage][] {
  const circular = note(0);
  (circular.params as Record<string, unknown>).self = circular;
  const throwing = {
    toJSON: () => {
      throw new Error('thrown by toJSON');
    },
  };
  return [
    ['a circular message', circular],
    ['a message with a BigInt', { jsonrpc: '2.0', method: 'contract/note', params: { big: 1n } }],
    ['a message whose toJSON throws', { jsonrpc: '2.0', method: 'contract/note', params: { throwing } }],
    ['undefined', undefined as unknown as JsonRpcMessage],
  ];
}

function assertReports(side: Side, error: unknown, thrown: unknown, where: string): void {
  const carried = error instanceof Error && (error === thrown || ('cause' in error && error.cause === thrown));
  if (carried) return;
  throw new ContractViolation(`${side.name}.onerror was told something else than what ${where} threw`, {
    expected: `an Error that is ${show(thrown)}, or has it as its cause`,
    actual: error instanceof Error && 'cause' in error ? `${show(error)}, with the cause ${show(error.cause)}` : show(error),
    cause: error,
  });
}
