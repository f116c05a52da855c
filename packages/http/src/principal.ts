/** Who a request comes from. */
export interface Principal {
  /** Tells this principal from every other: what sessions are bound to. For OAuth, issuer and subject (or client) together. */
  readonly id: string;
  readonly clientId?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  /** The access token that was presented. */
  readonly token?: string | undefined;
  /** Milliseconds since 1970 after which the token is no longer good. */
  readonly expiresAtMs?: number | undefined;
  /** Whatever else the verifier found out. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}
