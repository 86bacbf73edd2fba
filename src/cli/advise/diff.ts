/** Lines shown around a change. */
const AROUND = 3;
/** Beyond, the middle is shown as taken out and put in whole: a config file is far smaller. */
const MOST_CELLS = 4_000_000;

interface Line {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/**
 * What changed between two texts, as a unified diff; no lines where nothing did. By longest common subsequence, after
 * what both begin and end with is set aside.
 */
export function unifiedDiff(before: string, after: string, file: string): readonly string[] {
  const [old, changed] = [linesOf(before), linesOf(after)];
  const lines = comparison(old, changed);
  if (lines.every(({ sign }) => sign === ' ')) return [];
  return [`--- ${file}`, `+++ ${file}`, ...hunks(lines)];
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function comparison(old: readonly string[], changed: readonly string[]): Line[] {
  let start = 0;
  while (start < old.length && start < changed.length && old[start] === changed[start]) start += 1;
  let end = 0;
  const most = Math.min(old.length, changed.length) - start;
  while (end < most && old.at(-1 - end) === changed.at(-1 - end)) end += 1;
  return [
    ...signed(' ', old.slice(0, start)),
    ...middle(old.slice(start, old.length - end), changed.slice(start, changed.length - end)),
    ...signed(' ', old.slice(old.length - end)),
  ];
}

/** How many lines the rests of both have in common, by the places where the rests begin. */
type Common = (i: number, j: number) => number;

function commonOf(old: readonly string[], changed: readonly string[]): Common {
  const width = changed.length + 1;
  const counts = new Uint32Array((old.length + 1) * width);
  const common: Common = (i, j) => counts[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = changed.length - 1; j >= 0; j -= 1)
      counts[i * width + j] =
        old[i] === changed[j] ? common(i + 1, j + 1) + 1 : Math.max(common(i + 1, j), common(i, j + 1));
  return common;
}

function middle(old: readonly string[], changed: readonly string[]): Line[] {
  if (old.length * changed.length > MOST_CELLS) return [...signed('-', old), ...signed('+', changed)];
  const common = commonOf(old, changed);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < changed.length) {
    const same = old[i] === changed[j];
    const gone = !same && common(i + 1, j) >= common(i, j + 1);
    if (same) lines.push({ sign: ' ', text: old[i] ?? '' });
    else if (gone) lines.push({ sign: '-', text: old[i] ?? '' });
    else lines.push({ sign: '+', text: changed[j] ?? '' });
    if (same || gone) i += 1;
    if (!gone) j += 1;
  }
  return [...lines, ...signed('-', old.slice(i)), ...signed('+', changed.slice(j))];
}

const signed = (sign: Line['sign'], texts: readonly string[]): Line[] =>
  texts.map((text) => ({ sign, text }));

function hunks(lines: readonly Line[]): string[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - AROUND), index + AROUND + 1).some(({ sign }) => sign !== ' '),
  );
  const shown: string[] = [];
  let [oldAt, newAt] = [1, 1];
  for (let index = 0; index < lines.length; index += 1) {
    if (near[index] && !near[index - 1]) {
      const end = near.indexOf(false, index);
      const hunk = lines.slice(index, end < 0 ? lines.length : end);
      const size = (not: string): number => hunk.filter(({ sign }) => sign !== not).length;
      shown.push(`@@ -${range(oldAt, size('+'))} +${range(newAt, size('-'))} @@`);
    }
    const { sign, text } = lines[index]!;
    if (near[index]) shown.push(`${sign}${text}`);
    if (sign !== '+') oldAt += 1;
    if (sign !== '-') newAt += 1;
  }
  return shown;
}

/** A side without lines is named by the line before it. */
const range = (at: number, size: number): string => `${size === 0 ? at - 1 : at},${size}`;
