import type { Claim } from './claim.js';
import { sseClaims } from './sse.js';
import { stdioClaims } from './stdio.js';
import { streamableHttpClaims } from './streamable-http.js';
import { wireClaims } from './wire.js';

/** Every published claim that the bench knows of, in the order of the report. */
export const claims: readonly Claim[] = [...stdioClaims, ...sseClaims, ...streamableHttpClaims, ...wireClaims];
