import { stripVTControlCharacters } from 'node:util';
import { table } from 'table';

type Alignment = 'left' | 'right';

/** Between two columns. */
const gap = 2;

/** A table without borders. One alignment is that of all columns but the first, which goes to the left; a list is that of each. */
export function plainTable(rows: string[][], alignment: Alignment | readonly Alignment[] = 'right'): string {
  const [first, rest] = typeof alignment === 'string' ? (['left', alignment] as const) : ([alignment[0] ?? 'left', 'right'] as const);
  const columns = typeof alignment === 'string' ? { 0: { alignment: first } } : alignment.map((one) => ({ alignment: one }));
  const text = table(rows, {
    border: {},
    singleLine: true,
    drawHorizontalLine: () => false,
    drawVerticalLine: () => false,
    columnDefault: { paddingLeft: 0, paddingRight: gap, alignment: rest, verticalAlignment: 'bottom' },
    columns,
  });
  return text.replace(/ +$/gm, '');
}

/** The columns of a table that is wider than `width`, as several tables below each other, each with the first column. */
export function splitTable(rows: readonly string[][], width: number): string[][][] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => widthOf(row[i] ?? ''))) + gap);
  const [first = 0, ...others] = widths;
  const tables: number[][] = [];
  let left = 0;
  for (const [i, own] of others.entries()) {
    if (tables.length === 0 || own > left) {
      tables.push([]);
      left = width + gap - first;
    }
    tables.at(-1)?.push(i + 1);
    left -= own;
  }
  return tables.map((columns) => rows.map((row) => [0, ...columns].map((i) => row[i] ?? '')));
}

/** Of the widest line, without what colours it. */
export function widthOf(text: string): number {
  return Math.max(
    ...stripVTControlCharacters(text)
      .split('\n')
      .map((line) => line.length),
  );
}
