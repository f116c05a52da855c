import type { CheckContext } from '../check.js';
import { notApplicable } from '../expect.js';
import type { JsonObject } from '../inbox.js';
import type { ShapeName } from '../schemas/shapes.js';
import { isObject, type Session } from '../session.js';
import { Breach } from '../verdict.js';

/** A method that lists what a capability stands for. */
export interface List {
  readonly capability: string;
  readonly method: string;
  /** Its result's name in the schemas. */
  readonly shape: ShapeName;
  readonly member: string;
  /** Not every server with the capability has it: -32601 is right too. */
  readonly optional: boolean;
}

const LISTS: readonly List[] = [
  { capability: 'tools', method: 'tools/list', shape: 'ListToolsResult', member: 'tools', optional: false },
  { capability: 'prompts', method: 'prompts/list', shape: 'ListPromptsResult', member: 'prompts', optional: false },
  { capability: 'resources', method: 'resources/list', shape: 'ListResourcesResult', member: 'resources', optional: false },
  {
    capability: 'resources',
    method: 'resources/templates/list',
    shape: 'ListResourceTemplatesResult',
    member: 'resourceTemplates',
    optional: true,
  },
];

/** The lists of what a server declares. */
export function listsOf(capabilities: JsonObject): List[] {
  return LISTS.filter(({ capability }) => Object.hasOwn(capabilities, capability));
}

/** Asks for every list that the server's capabilities promise, and compares each with the schema. */
export async function checkLists(context: CheckContext): Promise<void> {
  const lists = listsOf(context.server.capabilities);
  if (lists.length === 0) notApplicable('the server declares neither tools, nor prompts, nor resources');
  const session = await context.session();
  await context.control('a request is answered', () => session.alive());
  for (const { method, shape, optional } of lists) {
    const response = await session.request(method);
    if (optional && isObject(response.error) && response.error.code === -32601) continue;
    if (!isObject(response.result)) {
      throw new Breach(`${method}, which the server declares, was not answered with a result`, { expected: shape, received: response });
    }
    context.shape(shape, response.result, `the result of ${method}`);
  }
}

/** Makes the server say what checks that only look on need to see: a result, an error, its lists, progress. */
export async function exercise(session: Session, tools: readonly { name: string; args: JsonObject }[], signal: AbortSignal): Promise<void> {
  const ask = async (method: string, params?: JsonObject, meta?: JsonObject, withinMs?: number): Promise<void> => {
    if (signal.aborted || session.connection.inbox.ended !== undefined) return;
    try {
      await session.request(method, params, { ...(meta && { meta }), ...(withinMs !== undefined && { withinMs }) });
    } catch (error) {
      if (!(error instanceof Breach)) throw error;
    }
  };
  const before = session.mark;
  await ask(session.livenessMethod);
  // Whoever does not answer the first is not going to answer the others, each after its time.
  if (session.mark === before) return;
  await ask('conformance/no-such-method');
  for (const { method } of listsOf(session.capabilities)) await ask(method);
  // What does not exist, for the sake of the error; nothing of the server's own is called.
  const has = (capability: string): boolean => Object.hasOwn(session.capabilities, capability);
  if (has('resources')) await ask('resources/read', { uri: 'conformance://no-such-resource' });
  if (has('prompts')) await ask('prompts/get', { name: 'conformance-no-such-prompt' });
  if (!has('tools')) return;
  await ask('tools/call', { name: 'conformance-no-such-tool', arguments: {} });
  for (const [index, { name, args }] of tools.entries()) {
    await ask('tools/call', { name, arguments: args }, { progressToken: `conformance-${index}` }, 30_000);
  }
}
