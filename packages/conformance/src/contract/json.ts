/** Whether two values are the same JSON: members in any order, a member that is undefined being none. */
export function sameJson(x: unknown, y: unknown): boolean {
  if (x === y) return true;
  if (typeof x !== 'object' || typeof y !== 'object' || x === null || y === null) return false;
  if (Array.isArray(x) || Array.isArray(y)) {
    return Array.isArray(x) && Array.isArray(y) && x.length === y.length && x.every((item, index) => sameJson(item, y[index]));
  }
  const xNames = definedNames(x);
  const yNames = definedNames(y);
  return xNames.length === yNames.length && xNames.every((name) => Object.hasOwn(y, name) && sameJson(own(x, name), own(y, name)));
}

function definedNames(value: object): string[] {
  return Object.keys(value).filter((name) => own(value, name) !== undefined);
}

function own(value: object, name: string): unknown {
  return (value as Record<string, unknown>)[name];
}

/** A value as a report shows it: one line, at most `maxLength` characters. */
export function show(value: unknown, maxLength = 200): string {
  const text = toText(value);
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}… (${text.length} characters)`;
}

function toText(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (value instanceof Error) {
    const { code } = value as { code?: unknown };
    return `${value.name}${code === undefined ? '' : ` ${String(code)}`}: ${value.message}`;
  }
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
