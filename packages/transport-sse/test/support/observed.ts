import type { CloseReason, JsonRpcMessage, MessageContext, Transport } from '@mcpwire/jsonrpc';
import { until } from './until.js';

/** What comes of a transport. */
export class Observed<T extends Transport> {
  readonly transport: T;
  readonly messages: JsonRpcMessage[] = [];
  readonly contexts: Array<MessageContext | undefined> = [];
  readonly errors: Error[] = [];
  readonly closings: Array<CloseReason | undefined> = [];

  constructor(transport: T) {
    this.transport = transport;
    transport.onmessage = (message, context) => {
      this.messages.push(message);
      this.contexts.push(context);
    };
    transport.onerror = (error) => this.errors.push(error);
    transport.onclose = (reason) => this.closings.push(reason);
  }

  async untilMessages(count: number): Promise<JsonRpcMessage[]> {
    await until(`${count} messages have come`, () => this.messages.length >= count);
    return this.messages;
  }

  async untilClosed(): Promise<CloseReason | undefined> {
    await until('onclose fires', () => this.closings.length > 0);
    return this.closings[0];
  }

  /** The codes of what `onerror` was told. */
  get errorCodes(): unknown[] {
    return this.errors.map((error) => (error as { code?: unknown }).code);
  }
}
