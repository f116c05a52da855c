import type { TransportKind } from '../connection.js';
import type { Driver, DriverOptions } from '../driver.js';
import type { HttpTarget, StdioTarget, Target } from '../target.js';
import { createSseDriver } from './sse.js';
import { createStdioDriver } from './stdio.js';
import { createStreamableHttpDriver } from './streamable-http.js';

type Factory = (target: Target, options: DriverOptions) => Driver;

/** One for each transport that the suite can judge. */
const factories: Partial<Record<TransportKind, Factory>> = {
  sse: (target, options) => createSseDriver(target as HttpTarget, options),
  stdio: (target, options) => createStdioDriver(target as StdioTarget, options),
  'streamable-http': (target, options) => createStreamableHttpDriver(target as HttpTarget, options),
};

/** @throws TypeError for a transport that has no driver. */
export function createDriver(target: Target, options: DriverOptions): Driver {
  const factory = factories[target.transport];
  if (!factory) throw new TypeError(`there are no checks for the transport ${target.transport}`);
  return factory(target, options);
}
