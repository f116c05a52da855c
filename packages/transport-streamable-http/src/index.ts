export type { Transport } from '@mcpwire/jsonrpc';
