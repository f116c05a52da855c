import { TransportError } from '@mcpwire/jsonrpc';

const CORE: readonly string[] = ['complete', 'input_required'];

/**
 * Throws for a result of a kind that nobody knows: such a one counts as invalid. Without `resultType` it is a complete one.
 *
 * @param extensions what the client's extensions add to the kinds of the core protocol
 * @throws TransportError `bad-response`
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic#resulttype
 */
export function assertKnownResultType(method: string, result: unknown, extensions: readonly string[] = []): void {
  const resultType = (result as { resultType?: unknown } | null | undefined)?.resultType;
  if (resultType === undefined || CORE.includes(resultType as string) || extensions.includes(resultType as string)) return;
  throw new TransportError(
    'bad-response',
    `The result of ${method} is of the kind ${JSON.stringify(resultType)}, and this client knows ${[...CORE, ...extensions].join(', ')}. If an extension has it, name it in resultTypes.`,
    { details: { resultType } },
  );
}
