import type { Principal } from './principal.js';

/** A principal in the shape of what the official MCP SDK calls `AuthInfo`. */
export interface AuthInfo {
  token: string;
  clientId: string;
  scopes: string[];
  /** Seconds since 1970. */
  expiresAt?: number;
  extra?: Record<string, unknown>;
}

/** What a principal is to the handlers of the official MCP SDK. */
export function toAuthInfo({ id, clientId = id, token = '', scopes = [], expiresAtMs, extra }: Principal): AuthInfo {
  const authInfo: AuthInfo = { token, clientId, scopes: [...scopes] };
  if (expiresAtMs !== undefined) authInfo.expiresAt = Math.floor(expiresAtMs / 1000);
  if (extra) authInfo.extra = { ...extra };
  return authInfo;
}
