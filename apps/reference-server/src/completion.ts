import { ErrorCode, JsonRpcError, type Params } from '@mcpwire/jsonrpc';
import type { Call } from './call.js';
import { excerpt, invalidParams } from './errors.js';
import { optionalObject, requireString } from './params.js';

/** The most that one answer may hold. */
const MAX_VALUES = 100;

/**
 * Answers `completion/complete`: with the suggestions that begin with what is there already.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/completion
 */
export function complete({ params, context, session }: Call): object {
  const { completions } = session.settings.catalogue;
  if (!completions) throw new JsonRpcError(ErrorCode.MethodNotFound, `Method not found: ${context.method}`);
  const name = nameOf(optionalObject(params, 'ref'));
  if (!Object.hasOwn(completions, name)) throw invalidParams(`there are no completions for ${excerpt(name)}`);
  const argument = optionalObject(params, 'argument');
  const argumentName = requireString(argument, 'name');
  const begun = requireString(argument, 'value');
  const suggestions = completions[name] ?? {};
  const fitting = (Object.hasOwn(suggestions, argumentName) ? suggestions[argumentName] : undefined)?.filter((value) =>
    value.startsWith(begun),
  );
  if (!fitting) throw invalidParams(`${excerpt(name)} has no argument ${excerpt(argumentName)}`);
  return { completion: { values: fitting.slice(0, MAX_VALUES), total: fitting.length, hasMore: fitting.length > MAX_VALUES } };
}

function nameOf(ref: Params): string {
  if (ref.type === 'ref/prompt') return requireString(ref, 'name');
  if (ref.type === 'ref/resource') return requireString(ref, 'uri');
  throw invalidParams(`ref.type must be ref/prompt or ref/resource, and is ${excerpt(ref.type)}`);
}
