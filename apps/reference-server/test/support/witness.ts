import { type JsonRpcMessage, type Params, type Transport, tap } from '@mcpwire/jsonrpc';
import { findViolations, havePublishedSchemas } from './published-schemas.js';

const results: Record<string, string> = {
  initialize: 'InitializeResult',
  'server/discover': 'DiscoverResult',
  'subscriptions/listen': 'SubscriptionsListenResult',
  'tools/list': 'ListToolsResult',
  'tools/call': 'CallToolResult',
  'resources/list': 'ListResourcesResult',
  'resources/templates/list': 'ListResourceTemplatesResult',
  'resources/read': 'ReadResourceResult',
  'prompts/list': 'ListPromptsResult',
  'prompts/get': 'GetPromptResult',
  'completion/complete': 'CompleteResult',
};

const messages: Record<string, string> = {
  'notifications/progress': 'ProgressNotification',
  'notifications/message': 'LoggingMessageNotification',
  'notifications/cancelled': 'CancelledNotification',
  'notifications/resources/updated': 'ResourceUpdatedNotification',
  'notifications/subscriptions/acknowledged': 'SubscriptionsAcknowledgedNotification',
  'notifications/tools/list_changed': 'ToolListChangedNotification',
  'notifications/prompts/list_changed': 'PromptListChangedNotification',
  'elicitation/create': 'ElicitRequest',
  'sampling/createMessage': 'CreateMessageRequest',
  'roots/list': 'ListRootsRequest',
};

const errors: Record<number, string> = { [-32022]: 'UnsupportedProtocolVersionError', [-32021]: 'MissingRequiredClientCapabilityError' };

/** Holds everything that a server sends against the published schema of the revision in which it was asked. */
export class Witness {
  readonly violations: string[] = [];
  /** What the server sent, in order. */
  readonly sent: JsonRpcMessage[] = [];
  readonly #asked = new Map<unknown, { method: string; revision: string }>();
  #agreed: string | undefined;
  #modern: string | undefined;

  constructor(transport: Transport) {
    tap(transport, { onreceive: (message) => this.#received(message), onsend: (message) => this.#sending(message) });
  }

  #received(message: JsonRpcMessage): void {
    if (!('method' in message) || !('id' in message)) return;
    const claimed = (message.params?._meta as Params | undefined)?.['io.modelcontextprotocol/protocolVersion'];
    const modern = claimed !== undefined || message.method === 'server/discover';
    if (modern) this.#modern = '2026-07-28';
    this.#asked.set(message.id, { method: message.method, revision: modern ? '2026-07-28' : (this.#agreed ?? '2025-11-25') });
  }

  #sending(message: JsonRpcMessage): void {
    // As on the wire: members that are undefined are not there.
    const plain = JSON.parse(JSON.stringify(message)) as JsonRpcMessage;
    this.sent.push(plain);
    if ('method' in plain) {
      const definition = messages[plain.method];
      if (definition === undefined) this.violations.push(`sent ${plain.method}, which no revision has`);
      else this.#check(this.#agreed ?? this.#modern ?? '2025-11-25', definition, plain);
      return;
    }
    const asked = this.#asked.get(plain.id);
    if ('error' in plain) {
      const revision = asked?.revision ?? '2025-11-25';
      const general = revision >= '2025-11-25' ? 'JSONRPCErrorResponse' : 'JSONRPCError';
      this.#check(revision, errors[plain.error.code] ?? general, plain);
      return;
    }
    if (!asked) {
      this.violations.push(`answered ${String(plain.id)}, which nobody asked`);
      return;
    }
    const result = plain.result as { protocolVersion?: string; resultType?: string };
    if (asked.method === 'initialize') {
      this.#agreed = result.protocolVersion;
      this.#check(result.protocolVersion as string, 'InitializeResult', result);
    } else {
      this.#check(
        asked.revision,
        result.resultType === 'input_required' ? 'InputRequiredResult' : (results[asked.method] ?? 'EmptyResult'),
        result,
      );
    }
  }

  #check(revision: string, definition: string, value: unknown): void {
    if (havePublishedSchemas) this.violations.push(...findViolations(revision, definition, value));
  }
}
