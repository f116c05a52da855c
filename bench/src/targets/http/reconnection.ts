/** How a client comes back to its stream: after the same wait each time, as often as it takes. The SDK's options, which this project's client has too. */
export function toReconnection(waitMs: number): {
  initialReconnectionDelay: number;
  maxReconnectionDelay: number;
  reconnectionDelayGrowFactor: number;
  maxRetries: number;
} {
  return { initialReconnectionDelay: waitMs, maxReconnectionDelay: waitMs, reconnectionDelayGrowFactor: 1, maxRetries: 1000 };
}
