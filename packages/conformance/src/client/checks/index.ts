import type { ClientCheck } from '../client-check.js';
import { answerChecks } from './answers.js';
import { cancellationChecks } from './cancellation.js';
import { handshakeChecks } from './handshake.js';
import { headerChecks } from './headers.js';
import { httpChecks } from './http.js';
import { messageChecks } from './messages.js';
import { metaChecks } from './meta.js';
import { resultChecks } from './results.js';
import { stdioChecks } from './stdio.js';

/** Every check of clients, in the order in which reports list them. */
export const clientChecks: readonly ClientCheck[] = [
  ...handshakeChecks,
  ...messageChecks,
  ...metaChecks,
  ...answerChecks,
  ...resultChecks,
  ...cancellationChecks,
  ...stdioChecks,
  ...httpChecks,
  ...headerChecks,
];
