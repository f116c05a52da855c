import { ContractViolation, selectCases, type TransportFixture, transportContract } from '@mcpwire/conformance/contract';
import { describe, expect, test } from 'vitest';
import { Forwarding } from './broken/forwarding.js';
import { createRelayFixture } from './broken/relay-fixture.js';
import { memoryFixture } from './memory-fixture.js';

function caseOf(id: string): (typeof transportContract)[number] {
  const found = transportContract.find((contractCase) => contractCase.id === id);
  if (!found) throw new Error(`There is no case ${id}`);
  return found;
}

describe('the contract as data', () => {
  test('ids are frozen: others refer to them', () => {
    expect(transportContract.map(({ id }) => id)).toMatchInlineSnapshot(`
      [
        "life-cycle/start-twice",
        "life-cycle/send-before-start",
        "life-cycle/close-before-start",
        "life-cycle/start-aborted",
        "life-cycle/no-session-yet",
        "life-cycle/plain-properties",
        "closing/once",
        "closing/reason",
        "closing/twice",
        "closing/concurrently",
        "closing/inside-onclose",
        "closing/inside-onmessage",
        "closing/async-dispose",
        "closing/send-after-close",
        "closing/ends-the-other",
        "closing/accepted-arrive",
        "closing/messages-first",
        "closing/nothing-after",
        "closing/unread",
        "closing/races",
        "order/awaited",
        "order/pipelined",
        "order/sizes",
        "order/exactly-once",
        "content/small",
        "content/1-mib",
        "content/16-mib",
        "content/unicode",
        "content/escapes",
        "content/values",
        "content/ids",
        "content/kinds",
        "content/captured",
        "waiting/before-onmessage",
        "waiting/unset-midway",
        "waiting/unset-inside",
        "waiting/replaced",
        "waiting/closed-meanwhile",
        "cancellation/before",
        "cancellation/while-waiting",
        "cancellation/after",
        "cancellation/no-listener-left",
        "back-pressure/unread",
        "back-pressure/resumes",
        "back-pressure/stalled",
        "back-pressure/other-direction",
        "back-pressure/peer-closes",
        "back-pressure/overflow",
        "peer-gone/onclose",
        "peer-gone/waiting-sends",
        "peer-gone/later-sends",
        "peer-gone/close",
        "garbage/carries-on",
        "garbage/reported",
        "failures/unsendable",
        "failures/unsendable-stays-open",
        "failures/send-never-throws",
        "failures/onmessage-throws",
        "failures/onmessage-reported",
        "failures/onclose-throws",
        "failures/no-false-alarm",
      ]
    `);
  });

  test('ids are unique, and every title is a sentence of its own', () => {
    expect(new Set(transportContract.map(({ id }) => id)).size).toBe(transportContract.length);
    expect(new Set(transportContract.map(({ title }) => title)).size).toBe(transportContract.length);
  });

  test('nobody can change it', () => {
    expect(() => (transportContract as unknown[]).push({})).toThrow(TypeError);
    expect(Object.isFrozen(transportContract[0])).toBe(true);
  });
});

describe('selectCases', () => {
  test('leaves no case out: each is applicable, or says what the fixture lacks', () => {
    const { applicable, notApplicable } = selectCases(memoryFixture);
    const ids = [...applicable.map(({ id }) => id), ...notApplicable.map((entry) => entry.case.id)];
    expect(ids.toSorted()).toEqual(transportContract.map(({ id }) => id).toSorted());
    expect(notApplicable.find((entry) => entry.case.id === 'garbage/reported')?.missing).toEqual(['raw']);
  });

  test('takes part of the contract', () => {
    const { applicable, notApplicable } = selectCases(memoryFixture, [caseOf('order/awaited'), caseOf('peer-gone/close')]);
    expect(applicable.map(({ id }) => id)).toEqual(['order/awaited']);
    expect(notApplicable.map(({ case: { id }, missing }) => [id, missing])).toEqual([['peer-gone/close', ['sever']]]);
  });
});

describe('a case', () => {
  test('that does not apply refuses to run, instead of passing', async () => {
    await expect(caseOf('garbage/reported').run(memoryFixture)).rejects.toThrow('lacks: raw');
  });

  test('says what hung, when something hangs, and ends at its time limit', async () => {
    const deaf = createRelayFixture('deaf', (inner) => new Deaf(inner));
    const error: unknown = await caseOf('order/exactly-once')
      .run(deaf, { limitMs: 200 })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ContractViolation);
    expect((error as ContractViolation).message).toMatchInlineSnapshot(`
      "Waited in vain for a.send() to settle though nothing was wrong
        expected: it happens within the 200 ms that the case may take
        actual:   it had not happened by then"
    `);
    expect((error as ContractViolation).caseId).toBe('order/exactly-once');
  });

  test('tells a fixture that fails from a transport that breaks its contract', async () => {
    const failing: TransportFixture = { ...memoryFixture, connect: () => Promise.reject(new Error('no such port')) };
    const error: unknown = await caseOf('order/awaited')
      .run(failing)
      .catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(ContractViolation);
    expect(error).toHaveProperty('message', 'no such port');
  });

  test('tells when a fixture claims an ability that its connections lack', async () => {
    const boasting: TransportFixture = { ...memoryFixture, abilities: [...memoryFixture.abilities, 'sever'] };
    await expect(caseOf('peer-gone/close').run(boasting)).rejects.toThrow('no sever()');
  });

  test('blames the fixture when it is the fixture that hangs', async () => {
    const hanging: TransportFixture = { ...memoryFixture, connect: () => new Promise(() => {}) };
    const error: unknown = await caseOf('order/awaited')
      .run(hanging, { limitMs: 50 })
      .catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(ContractViolation);
    expect(error).toHaveProperty('message', 'connect() of the fixture memory pair had not settled when the 50 ms of the case were over');
  });

  test('disposes of every connection that it opened, also when it fails', async () => {
    for (const wrap of [(inner: Forwarding['inner']) => new Forwarding(inner), (inner: Forwarding['inner']) => new Deaf(inner)]) {
      const fixture = createRelayFixture('counted', wrap);
      let open = 0;
      const counted: TransportFixture = {
        ...fixture,
        async connect() {
          const connection = await fixture.connect();
          open++;
          return {
            ...connection,
            async dispose() {
              open--;
              await connection.dispose();
            },
          };
        },
      };
      await caseOf('waiting/replaced')
        .run(counted, { limitMs: 300 })
        .catch(() => {});
      expect(open).toBe(0);
    }
  });
});

class Deaf extends Forwarding {
  protected override listen(): void {}
}
