import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Measuring } from './support/measure.js';

const timeoutMs = 60_000;
let measuring: Measuring;
beforeAll(async () => {
  measuring = await Measuring.create();
  const program = join(measuring.bench.directory, 'dist/targets/programs/http/floor.js');
  await cp(fileURLToPath(new URL('fixtures/failing-http-server.js', import.meta.url)), program);
}, timeoutMs);
afterAll(() => measuring?.end());

const drivers = ['autocannon', 'closed', 'open-200'];
const faults = [
  ['status', /the server answered with status 500: out of order/],
  ['id', /request \d+ was answered with .*-of-another/],
] as const;

describe.runIf(process.platform !== 'win32')('an answer that is none fails the measurement', () => {
  test.each(drivers.flatMap((driver) => faults.map(([fault, message]) => ({ driver, fault, message }))))(
    'under load by $driver: $fault',
    async ({ driver, fault, message }) => {
      process.env.FAILS = fault;
      const measured = measuring.measure('http/load', 'floor', { driver, connections: 4, bytes: 100 });
      await expect(measured).rejects.toThrow(message);
    },
    timeoutMs,
  );
});
