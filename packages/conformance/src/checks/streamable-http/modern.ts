import type { Check } from '../../check.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { modernCancellationChecks } from './modern-cancellation.js';
import { modernEarlierChecks } from './modern-earlier.js';
import { modernHeaderChecks } from './modern-headers.js';
import { modernMessageChecks } from './modern-messages.js';
import { modernParamChecks } from './modern-params.js';
import { modernStreamChecks } from './modern-streams.js';
import { modernSubscriptionChecks } from './modern-subscriptions.js';
import { modernVersionHeaderChecks } from './modern-version-header.js';

/** Streamable HTTP as 2026-07-28 has it. */
export const modernHttpChecks: readonly Check<StreamableHttpConnection>[] = [
  ...modernVersionHeaderChecks,
  ...modernHeaderChecks,
  ...modernParamChecks,
  ...modernEarlierChecks,
  ...modernMessageChecks,
  ...modernStreamChecks,
  ...modernCancellationChecks,
  ...modernSubscriptionChecks,
];
