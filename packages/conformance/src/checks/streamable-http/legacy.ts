import type { Check } from '../../check.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { bindChecks } from '../http/bind.js';
import { originChecks } from '../http/origin.js';
import { authorizationChecks } from './authorization.js';
import { authorizationEndpointChecks } from './authorization-endpoints.js';
import { getStreamChecks } from './get-streams.js';
import { postChecks } from './posts.js';
import { resourceMetadataChecks } from './resource-metadata.js';
import { resumptionChecks } from './resumption.js';
import { sessionChecks } from './sessions.js';
import { streamChecks } from './streams.js';
import { versionHeaderChecks } from './version-header.js';

/** Streamable HTTP from 2025-03-26 to 2025-11-25; where a connection comes from concerns 2026-07-28, too. */
export const legacyHttpChecks: readonly Check<StreamableHttpConnection>[] = [
  ...originChecks,
  ...bindChecks,
  ...postChecks,
  ...streamChecks,
  ...getStreamChecks,
  ...resumptionChecks,
  ...sessionChecks,
  ...versionHeaderChecks,
  ...authorizationChecks,
  ...resourceMetadataChecks,
  ...authorizationEndpointChecks,
];
