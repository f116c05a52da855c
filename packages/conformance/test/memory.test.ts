import { selectCases } from '@mcpwire/conformance/contract';
import { describe, expect, test } from 'vitest';
import { memoryFixture } from './memory-fixture.js';

const { applicable, notApplicable } = selectCases(memoryFixture);

describe('the memory pair keeps the transport contract', () => {
  for (const contractCase of applicable) {
    test(`${contractCase.id}: ${contractCase.title}`, () => contractCase.run(memoryFixture), contractCase.limitMs + 15_000);
  }
  test('and what does not apply to it needs a medium of its own, which the relayed pair has', () => {
    expect(notApplicable.map(({ case: { id }, missing }) => `${id}: ${missing.join(', ')}`)).toEqual([
      'back-pressure/stalled: stall',
      'peer-gone/onclose: sever',
      'peer-gone/waiting-sends: sever',
      'peer-gone/later-sends: sever',
      'peer-gone/close: sever',
      'garbage/carries-on: raw',
      'garbage/reported: raw',
    ]);
  });
});
