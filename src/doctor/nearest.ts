/** Letters and digits alone: `claude-haiku-4.5` is near `claude_haiku-4-5`. */
const bare = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Levenshtein's distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

const NAME_CHARS_MAX = 128;
const NAMES_MAX = 5_000;
const SHOWN = 3;

/** Of `names`, up to three that a slip of the pen could have meant by `name`, nearest first. */
export function nearest(name: string, names: readonly string[]): string[] {
  const wanted = bare(name.slice(0, NAME_CHARS_MAX));
  const scored = names
    .slice(0, NAMES_MAX)
    .filter((one) => one.length <= NAME_CHARS_MAX)
    .map((one) => {
      const other = bare(one);
      const begins = wanted.length >= 4 && (other.startsWith(wanted) || wanted.startsWith(other));
      return { one, away: begins ? 1 : distance(wanted, other) };
    })
    .filter(({ away }) => away <= Math.max(2, Math.floor(wanted.length * 0.35)));
  return scored
    .sort((a, b) => a.away - b.away)
    .slice(0, SHOWN)
    .map(({ one }) => one);
}
