import type { JsonRpcMessage } from '@mcpwire/jsonrpc';

/** A message in a few words: what it is, not what it holds. */
export function describeMessage(message: JsonRpcMessage): string {
  if ('method' in message)
    return 'id' in message ? `request ${JSON.stringify(message.id)} ${message.method}` : `notification ${message.method}`;
  if ('error' in message) return `error ${JSON.stringify(message.id)} ${message.error.code}: ${message.error.message}`;
  return `result ${JSON.stringify(message.id)}`;
}
