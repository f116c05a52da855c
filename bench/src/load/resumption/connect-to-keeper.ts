import { connectToTarget, type TargetServerOptions } from '../../targets/http/connect-to-target.js';

/** Starts a target's server that keeps what it sends on its streams, so that a client can come back for it, and connects there as `connectToTarget` does. */
export function connectToKeeper<T extends { close(): Promise<void> }>(
  target: string,
  options: Pick<TargetServerOptions, 'nodeFlags' | 'core'>,
  connect: Parameters<typeof connectToTarget<T>>[2],
): Promise<T> {
  return connectToTarget(target, { ...options, args: ['sse', '--events'] }, connect);
}
