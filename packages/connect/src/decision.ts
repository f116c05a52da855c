/** Which transport a target is spoken to over, and why. */
export interface Decision {
  readonly transport: 'stdio' | 'streamable-http' | 'sse';
  /** Where it was settled: by the target's own scheme, by an answer of the server, or by the answer to `initialize` that it refused. */
  readonly because: 'target' | 'answered' | 'fallback';
  /** One sentence for a log. */
  readonly reason: string;
  /** What the server said to the transport that was given up. */
  readonly cause?: Error | undefined;
}
