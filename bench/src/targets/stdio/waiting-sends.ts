import { EventEmitter } from 'node:events';

const most = 10_000;

/**
 * The SDK's transports over stdio wait with a listener for each message that a pipe had no room for, and an open loop goes on sending meanwhile: that many are no
 * leak. Without this, Node warns of one in the midst of a measurement. For all emitters of the process, as the pipe of the SDK's client is its own affair.
 */
export function allowWaitingSends(): void {
  EventEmitter.defaultMaxListeners = most;
}
