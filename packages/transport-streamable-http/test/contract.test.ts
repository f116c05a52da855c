import { selectCases } from '@mcpwire/conformance/contract';
import { describe, expect, test } from 'vitest';
import { adapters } from './client/fixtures/raw-pair-fixture.js';
import { realPairFixture } from './fixtures/real-pair-fixture.js';

for (const fixture of adapters.map(realPairFixture)) {
  describe(`${fixture.name}: the transport contract`, () => {
    const { applicable, notApplicable } = selectCases(fixture);

    test('what does not apply needs an order, an end or a cable that HTTP does not have', () => {
      expect(applicable.length).toBeGreaterThan(40);
      const missing = new Set(notApplicable.flatMap((each) => each.missing));
      expect([...missing].sort()).toEqual(['linked', 'ordered', 'overflow', 'raw', 'sever', 'stall']);
    });

    for (const contractCase of applicable) {
      test(`${contractCase.id}: ${contractCase.title}`, () => contractCase.run(fixture), contractCase.limitMs + 15_000);
    }
  });
}
