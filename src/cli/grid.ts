import type { Cell } from './table.ts';
import { shortenEnd, shortenMiddle, widthOf, withoutControls } from './width.ts';

/** A column of a grid: a table whose layout stays while rows go on coming. */
export interface GridColumn<Row> {
  readonly title: string;
  readonly align?: 'right';
  /** Room kept for rows that are yet to come; one that may be shortened never gets more. */
  readonly room: number;
  /** How, and to how many columns, it may be shortened; absent = it takes what it needs. */
  readonly shorten?: { readonly to: number; readonly at: 'middle' | 'end' };
  /** Columns of a lower rank get their place first; those that find none are left out. */
  readonly rank: number;
  readonly cell: (row: Row) => Cell;
}

/** A layout that fits the terminal. */
export interface Grid<Row> {
  readonly head: string;
  line(row: Row): string;
}

export interface GridOptions {
  /** Terminal columns. */
  readonly width: number;
  /** Rows unlike those at hand will follow: leaves room for them. */
  readonly steady?: boolean;
}

interface Place<Row> {
  readonly column: GridColumn<Row>;
  readonly least: number;
  width: number;
}

const GAP = 2;

/** Chooses columns by rank until the width is used up, and gives each the width that its rows need. */
export function gridFor<Row>(
  columns: readonly GridColumn<Row>[],
  rows: readonly Row[],
  { width, steady = false }: GridOptions,
): Grid<Row> {
  const all = columns.map((column) => placeFor(column, rows, steady));
  const chosen = new Set<Place<Row>>();
  let used = -GAP;
  for (const place of [...all].sort((a, b) => a.column.rank - b.column.rank)) {
    if (used + GAP + place.least > width) continue;
    used += GAP + place.least;
    chosen.add(place);
  }
  const places = all.filter((place) => chosen.has(place));
  squeeze(places, width);
  const last = places.length - 1;
  const lineOf = (cellOf: (column: GridColumn<Row>) => Cell): string =>
    places.map((place, at) => fitted(place, cellOf(place.column), at === last)).join(' '.repeat(GAP));
  return {
    head: lineOf(({ title }) => title),
    line: (row) => lineOf(({ cell }) => cell(row)),
  };
}

function placeFor<Row>(column: GridColumn<Row>, rows: readonly Row[], steady: boolean): Place<Row> {
  const { title, shorten, room } = column;
  const needed = Math.max(steady ? room : 0, ...rows.map((row) => widthOf(textOf(column.cell(row)))));
  const titled = widthOf(title);
  if (!shorten) return { column, width: Math.max(titled, needed), least: Math.max(titled, needed) };
  const width = Math.max(titled, Math.min(room, needed));
  return { column, width, least: Math.max(titled, Math.min(width, shorten.to)) };
}

/** Takes from the widest that may be shortened, one at a time, until all fit. */
function squeeze<Row>(places: readonly Place<Row>[], width: number): void {
  const sum = (): number => places.reduce((all, own) => all + own.width + GAP, -GAP);
  while (sum() > width) {
    const widest = places
      .filter((place) => place.width > place.least)
      .reduce<Place<Row> | undefined>(
        (most, own) => (most && most.width >= own.width ? most : own),
        undefined,
      );
    if (!widest) return;
    widest.width -= 1;
  }
}

const textOf = (cell: Cell): string => withoutControls(typeof cell === 'string' ? cell : cell.text);

function fitted<Row>({ column, width }: Place<Row>, cell: Cell, isLast: boolean): string {
  const text = shortened(textOf(cell), column, width);
  const room = ' '.repeat(Math.max(0, width - widthOf(text)));
  const painted = typeof cell === 'string' ? text : cell.paint(text);
  if (column.align === 'right') return room + painted;
  return isLast ? painted : painted + room;
}

/** A number that is cut would be another number. */
function shortened<Row>(text: string, { shorten }: GridColumn<Row>, width: number): string {
  if (!shorten) return text;
  return shorten.at === 'middle' ? shortenMiddle(text, width) : shortenEnd(text, width);
}
