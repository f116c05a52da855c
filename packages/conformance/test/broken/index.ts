import { backPressure } from './back-pressure.js';
import type { BrokenTransport } from './broken-transport.js';
import { cancellation } from './cancellation.js';
import { closing } from './closing.js';
import { content } from './content.js';
import { failures } from './failures.js';
import { garbage } from './garbage.js';
import { lifeCycle } from './life-cycle.js';
import { order } from './order.js';
import { peerGone } from './peer-gone.js';
import { waiting } from './waiting.js';

export const brokenTransports: readonly BrokenTransport[] = [
  ...lifeCycle,
  ...closing,
  ...order,
  ...content,
  ...waiting,
  ...cancellation,
  ...backPressure,
  ...peerGone,
  ...garbage,
  ...failures,
];
