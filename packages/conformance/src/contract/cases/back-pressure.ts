import { type ContractCase, defineCase } from '../case.js';
import { type Flood, fill, flood } from '../flood.js';
import { assertNumbers, note, textOf } from '../messages.js';
import type { Scene } from '../scene.js';
import type { Attempt, Side } from '../side.js';
import { ContractViolation } from '../violation.js';

/** A reader that is slower than the writer. */
export const backPressure: readonly ContractCase[] = [
  defineCase({ id: 'back-pressure/unread', title: 'send waits, within bounds, while nobody listens on the other side' }, async (scene) => {
    await scene.eachDirection(
      async (from) => {
        await flood(scene, from);
      },
      { listen: false },
    );
  }),

  defineCase(
    { id: 'back-pressure/resumes', title: 'when the other side listens again, sends go on, and every message arrives in order' },
    async (scene) => {
      await scene.eachDirection(
        async (from, to) => {
          const flooded = await flood(scene, from);
          to.listen();
          await goesOn(scene, from, to, flooded);
        },
        { listen: false },
      );
    },
  ),

  defineCase(
    {
      id: 'back-pressure/stalled',
      title: 'send waits, within bounds, while the medium is stalled, and goes on after it',
      needs: ['stall'],
    },
    async (scene) => {
      await scene.eachDirection(async (from, to, link) => {
        const resume = await link.stall();
        const flooded = await flood(scene, from);
        await resume();
        await goesOn(scene, from, to, flooded);
      });
    },
  ),

  defineCase(
    { id: 'back-pressure/other-direction', title: 'a direction that is held back does not hold back the other', needs: ['push'] },
    async (scene) => {
      await scene.eachDirection(
        async (from, to) => {
          from.listen();
          const { accepted } = await flood(scene, from);
          for (let n = 0; n < 50; n++) await scene.sends(to, note(n), `while ${from.name} is held back`);
          await scene.receives(from, 50, `while its own sends are held back`);
          to.listen();
          await scene.receives(to, accepted.length + 1, 'once it reads again');
        },
        { listen: false },
      );
    },
  ),

  defineCase(
    { id: 'back-pressure/peer-closes', title: 'sends that wait for room settle when the other side closes', needs: ['linked'] },
    async (scene) => {
      await scene.eachDirection(
        async (from, to, link) => {
          const { accepted, stuck } = await flood(scene, from);
          const attempts = [stuck, ...fill(scene, from, accepted.length + 1)];
          await scene.ends(to);
          await scene.allSettle(attempts, `once ${to.name} has closed`);
          // The medium may still have had room for some, which then are lost with the peer.
          for (const attempt of attempts) {
            if (attempt.state === 'rejected')
              await scene.fails(attempt, ['peer-gone', 'closed', 'session-lost', 'write-failed'], `when ${to.name} closed meanwhile`);
          }
          await scene.closes(from, `after ${to.name} closed`);
          link.assertClosedOnce(from, `when ${to.name} closed`);
        },
        { listen: false },
      );
    },
  ),

  defineCase(
    {
      id: 'back-pressure/overflow',
      title: 'past its bound of waiting sends, send rejects with queue-overflow, and nothing accepted is lost',
      needs: ['overflow'],
      limitMs: 30_000,
    },
    async (scene) => {
      const { maxInTransitBytes, maxWaitingSends } = scene.fixture;
      if (maxWaitingSends === undefined) throw new Error(`The fixture ${scene.fixture.name} has 'overflow' but no maxWaitingSends`);
      const text = textOf(4096);
      const spare = 10;
      const count = Math.ceil(maxInTransitBytes / text.length) + maxWaitingSends + spare;
      await scene.eachDirection(
        async (from, to) => {
          const attempts: Attempt[] = [];
          for (let n = 0; n < count; n++) {
            attempts.push(from.send(note(n, text), undefined, `send() number ${n} of ${count} that nobody awaits`));
            // What can be accepted is given the time to be.
            if (n % 1000 === 999) await new Promise((resolve) => setTimeout(resolve, 0));
          }
          await scene.quiet();
          const refused = attempts.filter((attempt) => attempt.state === 'rejected');
          for (const attempt of refused) await scene.fails(attempt, ['queue-overflow'], 'beyond the bound of waiting sends');
          if (refused.length < spare) {
            throw new ContractViolation(`${from.name} lets ${count - refused.length} sends wait or be accepted while nobody reads`, {
              expected: `at least ${spare} reject with 'queue-overflow': ${maxWaitingSends} may wait (the fixture's maxWaitingSends)`,
              actual: `${refused.length} rejected`,
            });
          }
          to.listen();
          await scene.allSettle(attempts, `once ${to.name} reads again`);
          const expected = attempts.flatMap((attempt, n) => (attempt.state === 'resolved' ? [n] : []));
          await scene.receives(to, expected.length, 'that were accepted');
          await scene.quiet();
          scene.assertArrived(to.messages, expected, `${to.name} did not receive exactly the accepted messages, in order`);
        },
        { listen: false },
      );
    },
  ),
];

/** After a flood: the reader reads again. */
async function goesOn(scene: Scene, from: Side, to: Side, { accepted, stuck }: Flood): Promise<void> {
  await scene.succeeds(stuck, `once ${to.name} reads again`);
  const first = accepted.length + 1;
  for (let n = first; n < first + 10; n++) await scene.sends(from, note(n), `once ${to.name} reads again`);
  await scene.receives(to, first + 10, 'once it reads again');
  await scene.quiet();
  assertNumbers(
    to.messages,
    Array.from({ length: first + 10 }, (_, n) => n),
    `${to.name} did not receive every message in order after it was slow`,
  );
}
