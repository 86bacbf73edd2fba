import { shortenEnd, shortenMiddle, widthOf, withoutControls } from './width.ts';

/** A column: what stands above it, and how its cells give way where the table is too wide. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Absent = never shortened. */
  readonly shorten?: 'url' | 'middle' | 'end';
}

/** A cell, and how it is coloured once its width is settled. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

const GAP = 2;
const NARROWEST = 6;

/**
 * Lines of a table without borders, at most `width` columns wide as long as what cannot be shortened fits.
 * `paintTitle` colours the head.
 */
export async function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  paintTitle: (text: string) => string,
): Promise<string[]> {
  const texts = rows.map((row) =>
    row.map((cell) => withoutControls(typeof cell === 'string' ? cell : cell.text)),
  );
  const widths = fitWidths(columns, texts, width);
  const { default: CliTable } = await import('cli-table3');
  const table = new CliTable({
    head: columns.map(({ title }) => paintTitle(title)),
    chars: noBorders(),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    colAligns: columns.map(({ align }) => align ?? 'left'),
    // cli-table3 counts the padding in.
    colWidths: widths.map((own) => own + GAP),
  });
  rows.forEach((row, index) => {
    table.push(
      row.map((cell, at) => {
        const text = shortened(texts[index]?.[at] ?? '', widths[at] ?? 0, columns[at]);
        return typeof cell === 'string' ? text : cell.paint(text);
      }),
    );
  });
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

function shortened(text: string, width: number, column: Column | undefined): string {
  switch (column?.shorten) {
    case 'url':
      // Nearly every one begins like this: what comes after it tells more.
      return widthOf(text) <= width ? text : shortenMiddle(text.replace(/^https:\/\//, ''), width);
    case 'middle':
      return shortenMiddle(text, width);
    default:
      return shortenEnd(text, width);
  }
}

/** Takes columns off the widest that may be shortened, one at a time, until all fit. */
function fitWidths(
  columns: readonly Column[],
  texts: readonly (readonly string[])[],
  width: number,
): number[] {
  const widths = columns.map(({ title }, at) =>
    Math.max(widthOf(title), ...texts.map((row) => widthOf(row[at] ?? ''))),
  );
  const sum = (): number => widths.reduce((all, own) => all + own, GAP * (widths.length - 1));
  while (sum() > width) {
    let widest = -1;
    columns.forEach(({ shorten, title }, at) => {
      const own = widths[at] ?? 0;
      const able = shorten !== undefined && own > Math.max(NARROWEST, widthOf(title));
      if (able && own > (widths[widest] ?? 0)) widest = at;
    });
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function noBorders(): Record<string, string> {
  const places = ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'];
  const more = ['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'];
  return Object.fromEntries([...places, ...more].map((place) => [place, '']));
}
