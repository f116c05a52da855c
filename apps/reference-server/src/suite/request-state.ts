import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Call } from '../call.js';
import { excerpt, invalidParams } from '../errors.js';

/** For the length of this process. */
const KEY = randomBytes(32);
const TTL_MS = 10 * 60_000;

/**
 * What is known of a request so far, for the client to bring back: sealed, good for ten minutes, for whoever it was given to, and for the
 * same request again. It may be brought back more than once.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr
 */
export function sealState(call: Call, known: object): string {
  const payload = Buffer.from(JSON.stringify({ known, request: nameOf(call), expiresAtMs: Date.now() + TTL_MS })).toString('base64url');
  return `${payload}.${sign(payload)}`;
}

/**
 * What the client has brought back; undefined if it has brought nothing.
 *
 * @throws JsonRpcError -32602 for what was not sealed here, is too old, or belongs to another request.
 */
export function openState(call: Call): Record<string, unknown> | undefined {
  const { requestState } = call.params;
  if (requestState === undefined) return undefined;
  const [payload = '', signature = '', ...rest] = typeof requestState === 'string' ? requestState.split('.') : [];
  const [given, right] = [Buffer.from(signature), Buffer.from(sign(payload))];
  if (rest.length > 0 || given.length !== right.length || !timingSafeEqual(given, right))
    throw invalidParams(`requestState is not what this server gave out: ${excerpt(requestState)}`);
  const { known, request, expiresAtMs } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  if (request !== nameOf(call)) throw invalidParams('requestState belongs to another request');
  if (Date.now() > (expiresAtMs as number)) throw invalidParams(`requestState is older than ${TTL_MS} ms; begin again without it`);
  return known as Record<string, unknown>;
}

function sign(payload: string): string {
  return createHmac('sha256', KEY).update(payload).digest('base64url');
}

/** Who asks for what. */
function nameOf({ context, params }: Call): string {
  const client = (context.message?.authInfo as { clientId?: string } | undefined)?.clientId;
  return JSON.stringify([client, context.method, params.name, params.arguments ?? {}]);
}
