import type { Check } from '../../check.js';
import type { SseConnection } from '../../raw/sse-connection.js';
import { sseBindChecks } from '../http/bind.js';
import { sseEndpointChecks } from './endpoint.js';
import { sseOriginChecks } from './origin.js';
import { ssePostChecks } from './post.js';
import { sseSessionChecks } from './sessions.js';
import { sseStreamChecks } from './stream.js';

/** What only HTTP+SSE has. */
export const sseChecks: readonly Check<SseConnection>[] = [
  ...sseStreamChecks,
  ...sseEndpointChecks,
  ...ssePostChecks,
  ...sseSessionChecks,
  ...sseOriginChecks,
  ...sseBindChecks,
];
