import type { Principal } from '@mcpwire/http';

/** What the official SDK's authentication middleware leaves in `req.auth`; v1's and v2's `AuthInfo` fit. */
export interface SdkAuthInfo {
  token: string;
  clientId: string;
  scopes: string[];
  /** Seconds since 1970. */
  expiresAt?: number | undefined;
  /** The resource that the token is for (RFC 8707). */
  resource?: URL | undefined;
  resourceMetadataUrl?: string | undefined;
  extra?: Record<string, unknown> | undefined;
}

/** Who the SDK's middleware has found out a request comes from. Message handlers get the very `AuthInfo` that it left. */
export class SdkPrincipal implements Principal {
  readonly authInfo: SdkAuthInfo;

  constructor(authInfo: SdkAuthInfo) {
    this.authInfo = authInfo;
  }

  /** All that an `AuthInfo` is sure to tell of who it is: a token is renewed, and `extra` holds anything. */
  get id(): string {
    return this.authInfo.clientId;
  }

  get clientId(): string {
    return this.authInfo.clientId;
  }

  get scopes(): readonly string[] {
    return this.authInfo.scopes;
  }

  get token(): string {
    return this.authInfo.token;
  }

  get expiresAtMs(): number | undefined {
    const { expiresAt } = this.authInfo;
    return expiresAt === undefined ? undefined : expiresAt * 1000;
  }

  get extra(): Readonly<Record<string, unknown>> | undefined {
    return this.authInfo.extra;
  }
}
