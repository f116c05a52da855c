import { REVISIONS, type Revision } from './revisions.js';

export type MethodKind = 'request' | 'notification';
export type Sender = 'client' | 'server';

/** The first and the last revision in which a side may send it. */
type Span = readonly [since: Revision, until: Revision];

interface Method {
  readonly kind: MethodKind;
  readonly client?: Span;
  readonly server?: Span;
}

const always: Span = ['2024-11-05', '2026-07-28'];
const legacy: Span = ['2024-11-05', '2025-11-25'];
const modern: Span = ['2026-07-28', '2026-07-28'];
const tasks: Span = ['2025-11-25', '2025-11-25'];

/**
 * Who may send what, in which revision: the unions ClientRequest, ServerRequest, ClientNotification and ServerNotification of
 * `schema/<revision>/schema.ts`. What the server asks for by `inputRequests` in 2026-07-28 (basic/patterns/mrtr) is no message.
 */
const METHODS: Readonly<Record<string, Method>> = {
  initialize: { kind: 'request', client: legacy },
  ping: { kind: 'request', client: legacy, server: legacy },
  'server/discover': { kind: 'request', client: modern },
  'subscriptions/listen': { kind: 'request', client: modern },
  'completion/complete': { kind: 'request', client: always },
  'logging/setLevel': { kind: 'request', client: legacy },
  'prompts/get': { kind: 'request', client: always },
  'prompts/list': { kind: 'request', client: always },
  'resources/list': { kind: 'request', client: always },
  'resources/templates/list': { kind: 'request', client: always },
  'resources/read': { kind: 'request', client: always },
  'resources/subscribe': { kind: 'request', client: legacy },
  'resources/unsubscribe': { kind: 'request', client: legacy },
  'tools/call': { kind: 'request', client: always },
  'tools/list': { kind: 'request', client: always },
  'tasks/get': { kind: 'request', client: tasks, server: tasks },
  'tasks/result': { kind: 'request', client: tasks, server: tasks },
  'tasks/list': { kind: 'request', client: tasks, server: tasks },
  'tasks/cancel': { kind: 'request', client: tasks, server: tasks },
  'sampling/createMessage': { kind: 'request', server: legacy },
  'roots/list': { kind: 'request', server: legacy },
  'elicitation/create': { kind: 'request', server: ['2025-06-18', '2025-11-25'] },
  'notifications/initialized': { kind: 'notification', client: legacy },
  'notifications/cancelled': { kind: 'notification', client: always, server: always },
  'notifications/progress': { kind: 'notification', client: legacy, server: always },
  'notifications/roots/list_changed': { kind: 'notification', client: legacy },
  'notifications/message': { kind: 'notification', server: always },
  'notifications/resources/updated': { kind: 'notification', server: always },
  'notifications/resources/list_changed': { kind: 'notification', server: always },
  'notifications/tools/list_changed': { kind: 'notification', server: always },
  'notifications/prompts/list_changed': { kind: 'notification', server: always },
  'notifications/subscriptions/acknowledged': { kind: 'notification', server: modern },
  'notifications/elicitation/complete': { kind: 'notification', server: ['2025-11-25', '2025-11-25'] },
  'notifications/tasks/status': { kind: 'notification', client: tasks, server: tasks },
};

/** The methods that `sender` may send in `revision`. Extensions add methods of their own. */
export function methodsOf(revision: Revision, sender: Sender, kind: MethodKind): string[] {
  return Object.keys(METHODS).filter((method) => METHODS[method]?.kind === kind && hasMethod(revision, sender, method));
}

/** Whether `revision` itself defines this method for `sender`. Extensions add methods of their own. */
export function hasMethod(revision: Revision, sender: Sender, method: string): boolean {
  const span = Object.hasOwn(METHODS, method) ? METHODS[method]?.[sender] : undefined;
  if (!span) return false;
  const at = REVISIONS.indexOf(revision);
  return at >= REVISIONS.indexOf(span[0]) && at <= REVISIONS.indexOf(span[1]);
}

/**
 * The member of `params` that `Mcp-Name` repeats: 2026-07-28 basic/transports/streamable-http "Standard Request Headers"; for
 * `tasks/*`, the extension `io.modelcontextprotocol/tasks`, SEP-2663 "Streamable HTTP: Routing Headers".
 */
const NAME_PARAMS: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

/** Which member of `params` gives the `Mcp-Name` header of this request, in 2026-07-28; undefined for requests that have none. */
export function nameParamOf(method: string): string | undefined {
  return Object.hasOwn(NAME_PARAMS, method) ? NAME_PARAMS[method] : undefined;
}
