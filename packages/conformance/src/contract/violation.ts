/**
 * A transport broke its contract. `message` says in one sentence what happened, followed by what was expected and what
 * was seen. Any other error thrown by a case means that the fixture failed, not the transport.
 */
export class ContractViolation extends Error {
  override readonly name = 'ContractViolation';
  /** What happened, in one sentence. */
  readonly sentence: string;
  /** What the contract asks for. */
  readonly expected: string;
  /** What was seen instead. */
  readonly actual: string;
  /** The id of the case that found it. */
  caseId: string | undefined;

  constructor(sentence: string, details: { expected: string; actual: string; cause?: unknown }) {
    super(
      `${sentence}\n  expected: ${details.expected}\n  actual:   ${details.actual}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.sentence = sentence;
    this.expected = details.expected;
    this.actual = details.actual;
  }
}
