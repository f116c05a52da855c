import type { Check } from '../check.js';
import { cancellationChecks } from './cancellation/cancellation.js';
import { errorCodeChecks, resultTypeChecks } from './error-codes.js';
import { jsonSchemaChecks } from './json-schema.js';
import { batchChecks } from './jsonrpc/batches.js';
import { malformedChecks } from './jsonrpc/malformed.js';
import { notificationChecks } from './jsonrpc/notifications.js';
import { requestChecks } from './jsonrpc/requests.js';
import { responseChecks } from './jsonrpc/responses.js';
import { initializeChecks } from './lifecycle/initialize.js';
import { operationChecks } from './lifecycle/operation.js';
import { versionChecks } from './lifecycle/version.js';
import { metaKeyChecks } from './meta/keys.js';
import { requestMetaChecks } from './meta/requests.js';
import { patternChecks } from './patterns.js';
import { progressChecks } from './progress.js';
import { sseChecks } from './sse/index.js';
import { framingChecks } from './stdio/framing.js';
import { shutdownChecks } from './stdio/shutdown.js';
import { stdoutChecks } from './stdio/stdout.js';
import { legacyHttpChecks } from './streamable-http/legacy.js';
import { modernHttpChecks } from './streamable-http/modern.js';
import { subscriptionChecks } from './subscriptions/subscriptions.js';
import { toolChecks } from './tools.js';
import { utf8Checks } from './utf-8.js';
import { discoverChecks } from './versioning/discover.js';
import { statelessChecks } from './versioning/stateless.js';
import { versioningChecks } from './versioning/versioning.js';

/** Every check, in the order in which they run and reports list them: what disturbs a server most comes last. */
export const checks: readonly Check[] = [
  ...initializeChecks,
  ...versionChecks,
  ...operationChecks,
  ...discoverChecks,
  ...versioningChecks,
  ...statelessChecks,
  ...requestMetaChecks,
  ...metaKeyChecks,
  ...requestChecks,
  ...responseChecks,
  ...resultTypeChecks,
  ...errorCodeChecks,
  ...notificationChecks,
  ...batchChecks,
  ...patternChecks,
  ...cancellationChecks,
  ...progressChecks,
  ...subscriptionChecks,
  ...toolChecks,
  ...jsonSchemaChecks,
  ...utf8Checks,
  ...malformedChecks,
  ...legacyHttpChecks,
  ...sseChecks,
  ...modernHttpChecks,
  ...framingChecks,
  ...stdoutChecks,
  ...shutdownChecks,
];
