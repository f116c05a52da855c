import { expect, test } from 'vitest';
import { parseCoreList, planPinning } from '../src/measure/pinning.js';

test.each([
  ['0', [0]],
  ['0,3', [0, 3]],
  ['0-2,7', [0, 1, 2, 7]],
])('the cores of %s are %j', (list, cores) => {
  expect(parseCoreList(list)).toEqual(cores);
});

test('client and server get a core each, or the plan says why not', async () => {
  const pinning = await planPinning();
  if ('reason' in pinning) expect(pinning.reason).not.toBe('');
  else expect(pinning.clientCore).not.toBe(pinning.serverCore);
});
