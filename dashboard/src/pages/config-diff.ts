/** A line of a comparison: kept, taken away, or added. */
export interface DiffLine {
  readonly kind: 'same' | 'gone' | 'added';
  readonly text: string;
  /** Line number in the text it is of: the old one for `gone`, else the new one; from 1. */
  readonly line: number;
}

/** Beyond this many changed lines on both sides a table of all pairs would cost too much; they are shown as replaced. */
const MOST_PAIRS = 4_000_000;

/** The lines that differ, each with those around it kept: the longest common subsequence of both texts. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const [oldMiddle, newMiddle] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const same = (text: string, index: number): DiffLine => ({ kind: 'same', text, line: index + 1 });
  return [
    ...b.slice(0, head).map((text, index) => same(text, index)),
    ...middle(oldMiddle, newMiddle, head),
    ...b.slice(b.length - tail).map((text, index) => same(text, b.length - tail + index)),
  ];
}

function middle(a: readonly string[], b: readonly string[], offset: number): DiffLine[] {
  const gone = (i: number): DiffLine => ({ kind: 'gone', text: a[i] ?? '', line: offset + i + 1 });
  const added = (j: number): DiffLine => ({ kind: 'added', text: b[j] ?? '', line: offset + j + 1 });
  if (a.length * b.length > MOST_PAIRS) return [...a.map((_, i) => gone(i)), ...b.map((_, j) => added(j))];
  const lengths = commonLengths(a, b);
  const at = (i: number, j: number): number => lengths[i * (b.length + 1) + j] ?? 0;
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: b[j] ?? '', line: offset + j + 1 });
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(gone(i));
      i += 1;
    } else {
      lines.push(added(j));
      j += 1;
    }
  }
  return lines;
}

/** For each pair of ends: how long their longest common subsequence is. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] =
        a[i] === b[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
  return lengths;
}

/** Without the kept lines that stand more than `around` lines from any change; undefined marks where some are left out. */
export function changesOf(lines: readonly DiffLine[], around: number): readonly (DiffLine | undefined)[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - around), index + around + 1).some(({ kind }) => kind !== 'same'),
  );
  return lines.flatMap((line, index) => {
    if (near[index]) return [line];
    return index > 0 && near[index - 1] ? [undefined] : [];
  });
}

/** The offset in `text` of a line and column, both from 1; its end where it has not so many. */
export function offsetOf(text: string, line: number, column = 1): number {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return Math.min(text.length, before + Math.min(column - 1, lines[line - 1]?.length ?? 0));
}
