import type { ClientCheck } from '../client-check.js';
import { answerChecks } from './answers.js';
import { cancellationChecks } from './cancellation.js';
import { getStreamChecks } from './get-streams.js';
import { handshakeChecks } from './handshake.js';
import { headerChecks } from './headers.js';
import { httpFallbackChecks } from './http-fallback.js';
import { messageChecks } from './messages.js';
import { metaChecks } from './meta.js';
import { paramHeaderChecks } from './param-headers.js';
import { postChecks } from './posts.js';
import { progressChecks } from './progress.js';
import { resultChecks } from './results.js';
import { schemaChecks } from './schemas.js';
import { sessionChecks } from './sessions.js';
import { stdioChecks } from './stdio.js';

/** Every check of clients, in the order in which reports list them. */
export const clientChecks: readonly ClientCheck[] = [
  ...handshakeChecks,
  ...messageChecks,
  ...progressChecks,
  ...metaChecks,
  ...answerChecks,
  ...resultChecks,
  ...cancellationChecks,
  ...stdioChecks,
  ...postChecks,
  ...sessionChecks,
  ...getStreamChecks,
  ...httpFallbackChecks,
  ...schemaChecks,
  ...headerChecks,
  ...paramHeaderChecks,
];
