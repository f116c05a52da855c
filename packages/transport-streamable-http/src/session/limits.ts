/** @throws RangeError for what is no limit. `Infinity` is none. */
export function checkLimits(limits: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(limits)) {
    if (!(value > 0)) throw new RangeError(`${name} must be a positive number (Infinity for no limit), not ${value}`);
  }
}
