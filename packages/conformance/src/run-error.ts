/** Nothing can be run as it was asked for: no check is left, or the other side lacks a revision. */
export class RunError extends Error {
  override readonly name = 'RunError';
}
