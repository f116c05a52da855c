import { hasMethod } from '@mcpwire/protocol';
import type { Check } from '../../check.js';
import type { JsonObject } from '../../inbox.js';
import { isObject } from '../../session.js';
import { checkLists } from '../lists.js';
import { breachAt, seen, seenResponses } from '../observed.js';
import { EVERY_TRANSPORT, LEGACY, MODERN } from '../scope.js';

/** Requests of the server, and the client capability that each needs. */
const CLIENT_CAPABILITIES: Readonly<Record<string, string>> = {
  'roots/list': 'roots',
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
};

/** Notifications of the server, and where in its capabilities it has to declare them. */
const SERVER_CAPABILITIES: Readonly<Record<string, readonly [string, string?]>> = {
  'notifications/message': ['logging'],
  'notifications/tools/list_changed': ['tools', 'listChanged'],
  'notifications/prompts/list_changed': ['prompts', 'listChanged'],
  'notifications/resources/list_changed': ['resources', 'listChanged'],
  'notifications/resources/updated': ['resources', 'subscribe'],
};

export const operationChecks: readonly Check[] = [
  {
    id: 'lifecycle/operation-version',
    level: 'must',
    title: 'What the server sends is as the agreed revision has it: its lists, and its methods',
    spec: ['lifecycle.operation.version'],
    transports: EVERY_TRANSPORT,
    revisions: LEGACY,
    uses: 'shared',
    remedy: 'Keep to the schema of the revision that was agreed on.',
    async run(context) {
      await checkLists(context);
      for (const each of seen(context, 'any')) {
        const { method } = each.message;
        if (typeof method !== 'string' || !isCore(method) || hasMethod(context.revision, 'server', method)) continue;
        breachAt(each, `${method} is no method that a server sends in ${context.revision}`);
      }
    },
  },
  {
    id: 'lists/as-declared',
    level: 'must',
    title: 'What the server declares it can list, it lists, as the schema has it',
    spec: ['base.core'],
    transports: EVERY_TRANSPORT,
    revisions: MODERN,
    uses: 'shared',
    remedy: 'Answer the list methods of each capability that server/discover declares, with resultType, ttlMs and cacheScope.',
    run: (context) => checkLists(context),
  },
  {
    id: 'lifecycle/operation-capabilities',
    level: 'must',
    title: 'The server uses nothing that was not declared, neither by it nor by the client',
    spec: ['lifecycle.operation.capabilities'],
    transports: EVERY_TRANSPORT,
    revisions: LEGACY,
    uses: 'after',
    remedy: 'Ask only for what the client declared in initialize, and declare what you notify of.',
    async run(context) {
      seenResponses(context);
      for (const each of seen(context, 'any')) {
        const method = String(each.message.method ?? '');
        const wanted = Object.hasOwn(CLIENT_CAPABILITIES, method) ? CLIENT_CAPABILITIES[method] : undefined;
        if (wanted !== undefined && !Object.hasOwn(each.connection.declared ?? {}, wanted)) {
          breachAt(each, `${method} was sent to a client that did not declare ${wanted}`);
        }
        const declared = Object.hasOwn(SERVER_CAPABILITIES, method) ? SERVER_CAPABILITIES[method] : undefined;
        if (declared && !isDeclared(context.server.capabilities, declared)) {
          breachAt(each, `${method} was sent by a server that did not declare ${declared.filter(Boolean).join('.')}`);
        }
      }
    },
  },
];

function isDeclared(capabilities: JsonObject, [name, member]: readonly [string, string?]): boolean {
  const capability = capabilities[name];
  if (capability === undefined) return false;
  return member === undefined || (isObject(capability) && capability[member] === true);
}

/** Whether a method belongs to MCP itself, and not to an experiment or extension. */
function isCore(method: string): boolean {
  return /^(?:ping|initialize|(?:roots|sampling|elicitation|tasks|tools|prompts|resources|completion|logging|server|subscriptions)\/.*|notifications\/(?:cancelled|progress|message|initialized|(?:roots|tools|prompts|resources|tasks|elicitation|subscriptions)\/.*))$/.test(
    method,
  );
}
