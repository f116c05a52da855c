/** Whether escape sequences are wanted: on a terminal, unless NO_COLOR says otherwise. */
export function hasColors({ isTTY }: NodeJS.WriteStream): boolean {
  return isTTY === true && !process.env.NO_COLOR;
}

/** How wide a table may be: on a terminal as wide as that is, elsewhere as wide as it likes, unless COLUMNS says otherwise. */
export function columnsOf({ isTTY, columns }: NodeJS.WriteStream): number {
  const asked = Number(process.env.COLUMNS);
  if (isTTY && columns > 0) return columns;
  return asked >= 20 ? asked : Number.POSITIVE_INFINITY;
}
