import { type ContractCase, defineCase } from '../case.js';
import { show } from '../json.js';
import { assertNumbers, note } from '../messages.js';
import { ContractViolation } from '../violation.js';

/** Before and while a channel opens. */
export const lifeCycle: readonly ContractCase[] = [
  defineCase({ id: 'life-cycle/start-twice', title: 'a second start rejects with already-started and disturbs nothing' }, async (scene) => {
    await scene.eachSide(async (side, other) => {
      await scene.fails(side.start(), ['already-started'], 'when called a second time');
      if (side.name === 'b' && !scene.fixture.abilities.includes('push')) return;
      await scene.sends(side, note(0));
      await scene.receives(other, 1, 'after the second start');
    });
  }),

  defineCase(
    { id: 'life-cycle/send-before-start', title: 'send before start rejects with not-started and leaves nothing behind' },
    async (scene) => {
      await scene.eachUnstarted(async (side, link) => {
        await scene.fails(side.send(note(0)), ['not-started'], 'before start');
        if (side.name === 'b' && !scene.fixture.abilities.includes('push')) return;
        await link.start();
        const other = side === link.a ? link.b : link.a;
        other.listen();
        await scene.sends(side, note(1));
        await scene.receives(other, 1);
        await scene.quiet();
        assertNumbers(other.messages, [1], `${other.name} received what ${side.name} tried to send before it was started`);
      });
    },
  ),

  defineCase(
    { id: 'life-cycle/close-before-start', title: 'close before start works, fires onclose once, and start fails from then on' },
    async (scene) => {
      await scene.eachUnstarted(async (side, link) => {
        await scene.succeeds(side.close(), 'before start');
        await scene.quiet();
        link.assertClosedOnce(side, 'when the transport was closed before it was started');
        await scene.fails(side.start(), ['closed', 'already-started'], 'after close');
      });
    },
  ),

  defineCase(
    { id: 'life-cycle/start-aborted', title: 'start with an aborted signal rejects with aborted, and close still works' },
    async (scene) => {
      await scene.eachUnstarted(async (side) => {
        await scene.fails(side.start({ signal: AbortSignal.abort() }), ['aborted'], 'when its signal was aborted before');
        await scene.succeeds(side.close(), 'after an aborted start');
      });
    },
  ),

  defineCase({ id: 'life-cycle/no-session-yet', title: 'a client has no sessionId before it has started' }, async (scene) => {
    const { a } = await scene.connect();
    if (a.transport.sessionId === undefined) return;
    throw new ContractViolation('a.sessionId is set before start', {
      expected: 'undefined: the official client takes a set id for a session to resume, and skips its handshake',
      actual: show(a.transport.sessionId),
    });
  }),

  defineCase(
    {
      id: 'life-cycle/plain-properties',
      title: 'callbacks and methods are plain properties that a protocol layer may read, chain and replace',
    },
    async (scene) => {
      const { a } = await scene.connect();
      const { transport } = a;
      for (const name of ['onmessage', 'onerror', 'onclose'] as const) {
        const handler = (): void => {};
        transport[name] = handler;
        if (transport[name] !== handler) throw notPlain(name, 'does not read back as it was set');
        transport[name] = undefined;
        if (transport[name] !== undefined) throw notPlain(name, 'cannot be unset');
      }
      for (const name of ['start', 'close'] as const) {
        const replacement = (): Promise<void> => Promise.resolve();
        if (!Reflect.set(transport, name, replacement) || transport[name] !== replacement)
          throw notPlain(name, 'cannot be replaced on the instance');
        Reflect.deleteProperty(transport, name);
      }
    },
  ),
];

function notPlain(name: string, what: string): ContractViolation {
  return new ContractViolation(`a.${name} ${what}`, {
    expected:
      'a property like any other: the official SDK wraps callbacks that are set already, and replaces start and close while it probes',
    actual: `${name} ${what}`,
  });
}
