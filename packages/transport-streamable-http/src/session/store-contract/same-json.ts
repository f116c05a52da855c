/** Whether two values are the same as plain JSON; a member that is undefined counts as absent. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const present = (object: object): string[] => Object.keys(object).filter((key) => (object as Record<string, unknown>)[key] !== undefined);
  const keys = present(a);
  return (
    keys.length === present(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSameJson((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}
