import { transportContract } from '@mcpwire/conformance/contract';
import { describe, test } from 'vitest';
import { createRelayFixture } from './broken/relay-fixture.js';

const fixture = createRelayFixture('relay');

// What the broken transports are made from has to be whole, or their verdicts would say nothing.
describe('the relay that the broken transports are made from keeps every case of the contract', () => {
  for (const contractCase of transportContract) {
    test(`${contractCase.id}: ${contractCase.title}`, () => contractCase.run(fixture), contractCase.limitMs + 15_000);
  }
});
