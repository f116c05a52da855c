import type { Transport } from '@mcpwire/jsonrpc';
import { type ContractCase, defineCase } from '../case.js';
import { fill, flood } from '../flood.js';
import { show } from '../json.js';
import type { Link } from '../link.js';
import { assertEachOnce, assertNumbers, note, numberOf } from '../messages.js';
import type { Attempt, Side } from '../side.js';
import { ContractViolation } from '../violation.js';

/** A thousand sends in all. */
const raceRounds = 20;
const sendsPerRace = 50;

/** How a channel ends when one side closes it. */
export const closing: readonly ContractCase[] = [
  defineCase({ id: 'closing/once', title: 'close fires onclose exactly once, by the time it resolves' }, async (scene) => {
    await scene.eachSide(async (side, _other, link) => {
      await scene.ends(side);
      link.assertClosedOnce(side, 'by the time close() had resolved');
      await scene.quiet();
      link.assertClosedOnce(side, 'after close()');
    });
  }),

  defineCase({ id: 'closing/reason', title: 'onclose says why: closed, on the side that closed' }, async (scene) => {
    await scene.eachSide(async (side) => {
      const whileOpen = side.transport.closeReason;
      if (whileOpen !== undefined) throw wrongReason(side, 'closeReason', 'while it is open', 'undefined', whileOpen);
      await scene.ends(side);
      await scene.closes(side, 'after close()');
      if (side.closings[0]?.kind !== 'closed')
        throw wrongReason(side, 'onclose', 'after its own close()', "{ kind: 'closed' }", side.closings[0]);
      const { closeReason }: Transport = side.transport;
      if ('closeReason' in side.transport && closeReason?.kind !== 'closed') {
        throw wrongReason(side, 'closeReason', 'after its own close()', "{ kind: 'closed' }", closeReason);
      }
    });
  }),

  defineCase({ id: 'closing/twice', title: 'a second close resolves and does nothing' }, async (scene) => {
    await scene.eachSide(async (side, _other, link) => {
      await scene.ends(side);
      await scene.succeeds(side.close('close(), the second,'), 'on a closed transport');
      await scene.quiet();
      link.assertClosedOnce(side, 'when close() was called twice');
    });
  }),

  defineCase({ id: 'closing/concurrently', title: 'ten closes at once all resolve, and onclose fires once' }, async (scene) => {
    await scene.eachSide(async (side, _other, link) => {
      const closes = Array.from({ length: 10 }, (_, index) => side.close(`close() number ${index} of ten at once`));
      for (const attempt of closes) await scene.succeeds(attempt, 'beside others');
      await scene.quiet();
      link.assertClosedOnce(side, 'when close() was called ten times at once');
    });
  }),

  defineCase(
    { id: 'closing/inside-onclose', title: 'close may be called from inside onclose, and a send there rejects' },
    async (scene) => {
      await scene.eachSide(async (side, _other, link) => {
        const inner: { close?: Attempt; send?: Attempt } = {};
        side.onclose(() => {
          inner.close ??= side.close('close() from inside onclose');
          inner.send ??= side.send(note(0), undefined, 'send() from inside onclose');
        });
        await scene.ends(side);
        await scene.closes(side, 'after close()');
        await scene.succeeds(inner.close as Attempt, 'though close never rejects');
        await scene.fails(inner.send as Attempt, ['closed', 'peer-gone'], 'in a closed transport');
        await scene.quiet();
        link.assertClosedOnce(side, 'when onclose called close()');
      });
    },
  ),

  defineCase({ id: 'closing/inside-onmessage', title: 'close may be called from inside onmessage' }, async (scene) => {
    await scene.eachDirection(async (from, to, link) => {
      let close: Attempt | undefined;
      to.listen(() => {
        close ??= to.close('close() from inside onmessage');
      });
      await scene.sends(from, note(0));
      await scene.receives(to, 1);
      await scene.succeeds(close as Attempt, 'though close never rejects');
      await scene.quiet();
      link.assertClosedOnce(to, 'when onmessage called close()');
    });
  }),

  defineCase({ id: 'closing/async-dispose', title: 'Symbol.asyncDispose closes' }, async (scene) => {
    await scene.eachSide(async (side, _other, link) => {
      await scene.succeeds(side.dispose(), 'though close never rejects');
      link.assertClosedOnce(side, 'by the time [Symbol.asyncDispose]() had resolved');
      await scene.fails(side.send(note(0)), ['closed'], 'after [Symbol.asyncDispose]()');
    });
  }),

  defineCase({ id: 'closing/send-after-close', title: 'send after close rejects with closed' }, async (scene) => {
    await scene.eachSide(async (side, other) => {
      const close = side.close();
      await scene.settles(close);
      await scene.fails(side.send(note(0)), ['closed'], 'after close()');
      await scene.quiet();
      assertNumbers(other.messages, [], `${other.name} received what ${side.name} tried to send after close()`);
    });
  }),

  defineCase(
    { id: 'closing/ends-the-other', title: 'closing one side ends the other, which is told once that its peer is gone', needs: ['linked'] },
    async (scene) => {
      await scene.eachSide(async (side, other, link) => {
        await scene.ends(side);
        await scene.closes(other, `after ${side.name} closed`);
        await scene.quiet();
        link.assertClosedOnce(other, `when ${side.name} closed`);
        if (other.closings[0]?.kind !== 'peer-gone') {
          throw wrongReason(other, 'onclose', `when ${side.name} closed`, "{ kind: 'peer-gone' }", other.closings[0]);
        }
        await scene.fails(other.send(note(0)), ['peer-gone', 'closed'], `after ${side.name} closed`);
        await scene.succeeds(other.close(), 'on a transport whose peer is gone');
        link.assertClosedOnce(other, `when ${side.name} and then ${other.name} closed`);
      });
    },
  ),

  defineCase({ id: 'closing/accepted-arrive', title: 'what send accepted before close still arrives, once' }, async (scene) => {
    await scene.eachDirection(async (from, to) => {
      const attempts = Array.from({ length: 100 }, (_, n) =>
        from.send(note(n, 'x'.repeat(1000)), undefined, `send() number ${n} before close()`),
      );
      const close = from.close();
      await scene.allSettle(attempts, 'once close() was called');
      await scene.succeeds(close, 'though close never rejects');
      const accepted = attempts.flatMap((attempt, n) => (attempt.state === 'resolved' ? [n] : []));
      await scene.receives(to, accepted.length, `which ${from.name} accepted before it closed`);
      await scene.quiet();
      // Sends that close() overtook may have left already, so that they arrive though they were rejected.
      const isAccepted = new Set(accepted);
      const arrived = to.messages.filter((message) => isAccepted.has(numberOf(message)));
      assertEachOnce(arrived, accepted, `${to.name} did not receive each message once that ${from.name} accepted before it closed`);
    });
  }),

  defineCase(
    { id: 'closing/messages-first', title: 'messages sent before close arrive before onclose', needs: ['linked'] },
    async (scene) => {
      await scene.eachDirection(async (from, to) => {
        for (let n = 0; n < 50; n++) await scene.sends(from, note(n));
        await scene.ends(from);
        await scene.closes(to, `after ${from.name} closed`);
        const atClose = to.calls.indexOf('close');
        if (atClose === 50) return;
        throw new ContractViolation(`${to.name}.onclose fired before the messages that ${from.name} sent before it closed`, {
          expected: '50 messages, then onclose',
          actual: `${atClose} messages, then onclose`,
        });
      });
    },
  ),

  defineCase({ id: 'closing/nothing-after', title: 'after its onclose a transport hands over no message more' }, async (scene) => {
    await scene.eachDirection(async (from, to) => {
      let close: Attempt | undefined;
      to.listen(() => {
        if (to.messages.length === 5) close = to.close();
      });
      const attempts = Array.from({ length: 200 }, (_, n) => from.send(note(n), undefined, `send() number ${n} to a side that closes`));
      await scene.until(() => close !== undefined, `${to.name} to receive 5 messages`);
      await scene.succeeds(close as Attempt, 'though close never rejects');
      await scene.closes(to, 'after close()');
      await scene.allSettle(attempts, `though ${to.name} closed`);
      await scene.quiet();
      const late = to.calls.slice(to.calls.indexOf('close')).filter((call) => call === 'message').length;
      if (late === 0) return;
      throw new ContractViolation(`${to.name}.onmessage was called ${late} times after ${to.name}.onclose`, {
        expected: 'no message after onclose',
        actual: `${late} messages`,
      });
    });
  }),

  defineCase(
    { id: 'closing/unread', title: 'close resolves although the other side reads nothing, and sends that wait then settle' },
    async (scene) => {
      await scene.eachDirection(
        async (from, _to, link) => {
          const { accepted, stuck } = await flood(scene, from);
          const waiting = [stuck, ...fill(scene, from, accepted.length + 1)];
          await scene.succeeds(from.close(), 'while the other side reads nothing');
          await scene.allSettle(waiting, 'once close() has resolved');
          for (const attempt of waiting) {
            if (attempt.state === 'rejected')
              await scene.fails(attempt, ['closed', 'peer-gone', 'write-failed'], 'when the transport closed meanwhile');
          }
          await scene.quiet();
          link.assertClosedOnce(from, 'when it closed with sends waiting');
        },
        { listen: false },
      );
    },
  ),

  defineCase({ id: 'closing/races', title: 'a thousand sends that race with close all settle', limitMs: 60_000 }, async (scene) => {
    for (let round = 0; round < raceRounds; round++) {
      const link = await scene.open();
      const { a, b } = link;
      const closer = round % 2 === 0 ? a : b;
      const attempts = [];
      let close: Attempt | undefined;
      for (let n = 0; n < sendsPerRace; n++) {
        const sender = n % 2 === 0 || !scene.fixture.abilities.includes('push') ? a : b;
        attempts.push(sender.send(note(n), undefined, `send() number ${n} in a race with ${closer.name}.close()`));
        // Each round closes at another moment: in the same tick, or a few microtasks or a turn of the event loop later.
        if (n === round * 2) close = closer.close(`close() in a race with sends`);
        if (round % 3 === 1) await Promise.resolve();
        if (round % 3 === 2 && n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      }
      await scene.succeeds(close as Attempt, 'though close never rejects');
      await scene.allSettle(attempts, `once ${closer.name} has closed`);
      link.assertClosedOnce(closer, 'when sends raced with close()');
      await endOther(link, closer === a ? b : a);
    }

    async function endOther(link: Link, other: Side): Promise<void> {
      await scene.ends(other);
      link.assertClosedOnce(other, 'when sends raced with close()');
    }
  }),
];

function wrongReason(side: Side, what: string, when: string, expected: string, actual: unknown): ContractViolation {
  return new ContractViolation(`${side.name}.${what} gives the wrong reason ${when}`, { expected, actual: show(actual) });
}
