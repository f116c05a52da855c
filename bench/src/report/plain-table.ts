import { table } from 'table';

type Alignment = 'left' | 'right';

/** A table without borders. One alignment is that of all columns but the first, which goes to the left; a list is that of each. */
export function plainTable(rows: string[][], alignment: Alignment | readonly Alignment[] = 'right'): string {
  const [first, rest] = typeof alignment === 'string' ? (['left', alignment] as const) : ([alignment[0] ?? 'left', 'right'] as const);
  const columns = typeof alignment === 'string' ? { 0: { alignment: first } } : alignment.map((one) => ({ alignment: one }));
  return table(rows, {
    border: {},
    singleLine: true,
    drawHorizontalLine: () => false,
    drawVerticalLine: () => false,
    columnDefault: { paddingLeft: 0, paddingRight: 2, alignment: rest, verticalAlignment: 'bottom' },
    columns,
  });
}
