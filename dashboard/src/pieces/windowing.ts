/** Which rows of a long list are to be drawn. */
export interface Range {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** Rows drawn beyond what is seen, so that a quick turn of the wheel shows no gap. */
const SPARE = 8;

/** The rows seen at `scrollTop` through a window of `height`, all in CSS pixels, with some to spare on both sides. */
export function rowsSeen(scrollTop: number, height: number, rowHeight: number, rows: number): Range {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight) - SPARE;
  const last = Math.ceil((Math.max(0, scrollTop) + height) / rowHeight) + SPARE;
  const to = Math.min(rows, Math.max(0, last));
  return { from: Math.min(to, Math.max(0, first)), to };
}

/** Where to scroll so that a row is seen whole; `scrollTop` itself where it is already. */
export function scrollTo(row: number, scrollTop: number, height: number, rowHeight: number): number {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  return top + rowHeight > scrollTop + height ? top + rowHeight - height : scrollTop;
}
