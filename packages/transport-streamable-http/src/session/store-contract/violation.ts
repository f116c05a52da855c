/** A store broke its contract. Any other error that a case throws means that the store could not be made, or lacks what the case needs. */
export class StoreContractViolation extends Error {
  override readonly name = 'StoreContractViolation';
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
