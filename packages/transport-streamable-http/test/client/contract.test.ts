import { selectCases } from '@mcpwire/conformance/contract';
import { describe, expect, test } from 'vitest';
import { adapters, rawPairFixture } from './fixtures/raw-pair-fixture.js';

for (const fixture of adapters.map(rawPairFixture)) {
  describe(`${fixture.name}: the transport contract`, () => {
    const { applicable, notApplicable } = selectCases(fixture);

    test('what does not apply needs an order, an end or a cable that HTTP does not have', () => {
      expect(applicable.length).toBeGreaterThan(40);
      const missing = new Set(notApplicable.flatMap((each) => each.missing));
      expect([...missing].sort()).toEqual(['linked', 'ordered', 'overflow', 'sever', 'stall']);
    });

    for (const contractCase of applicable) {
      // It ends a hang and says nothing about speed: some cases are thousands of POSTs, seconds of work on a machine that may be shared.
      const limitMs = 4 * contractCase.limitMs;
      test(`${contractCase.id}: ${contractCase.title}`, () => contractCase.run(fixture, { limitMs }), limitMs + 15_000);
    }
  });
}
