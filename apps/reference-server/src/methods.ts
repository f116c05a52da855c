import type { Call } from './call.js';
import { complete } from './completion.js';
import { discover } from './discover.js';
import { excerpt, invalidParams } from './errors.js';
import { isLogLevel, LOG_LEVELS } from './log-level.js';
import { getPrompt, listPrompts } from './prompts.js';
import { listResources, listResourceTemplates, readResource } from './resources.js';
import { callTool, listTools } from './tools/index.js';

export interface Method {
  /** Which revisions have it. */
  readonly era: 'legacy' | 'modern' | 'both';
  readonly run: (call: Call) => unknown;
}

/** Every request that this server answers. */
export const methods: Readonly<Record<string, Method>> = {
  initialize: { era: 'legacy', run: initialize },
  ping: { era: 'legacy', run: () => ({}) },
  'logging/setLevel': { era: 'legacy', run: setLogLevel },
  'resources/subscribe': { era: 'legacy', run: (call) => call.session.subscriptions.subscribe(call) },
  'resources/unsubscribe': { era: 'legacy', run: (call) => call.session.subscriptions.unsubscribe(call) },

  'server/discover': { era: 'modern', run: discover },
  'subscriptions/listen': { era: 'modern', run: (call) => call.session.subscriptions.listen(call) },

  'tools/list': { era: 'both', run: listTools },
  'tools/call': { era: 'both', run: callTool },
  'resources/list': { era: 'both', run: listResources },
  'resources/templates/list': { era: 'both', run: listResourceTemplates },
  'resources/read': { era: 'both', run: readResource },
  'prompts/list': { era: 'both', run: listPrompts },
  'prompts/get': { era: 'both', run: getPrompt },
  'completion/complete': { era: 'both', run: complete },
};

function initialize({ params, session }: Call): object {
  const result = session.handshake.initialize(params);
  session.peer.transport.setProtocolVersion?.(result.protocolVersion);
  return result;
}

function setLogLevel({ params, session }: Call): void {
  const { level } = params;
  if (!isLogLevel(level)) throw invalidParams(`level must be one of ${LOG_LEVELS.join(', ')}, and is ${excerpt(level)}`);
  session.logLevel = level;
}
