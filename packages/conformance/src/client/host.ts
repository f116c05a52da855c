/** Where the client under test finds the raw server. */
export interface Host {
  /** The words that take a client there: a URL, or a command and its arguments. */
  readonly address: readonly string[];
  /** Ends everything that is left. Never rejects. */
  close(): Promise<void>;
}
