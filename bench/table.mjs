const WIDTH = 100;

/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that a `share` of the values does not exceed (nearest rank). */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

function summary(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * Puts the rounds together: per row and target median, min and max, and the ratio to the first target,
 * taken round by round, so that what slows the whole machine for a while cancels out. A round in which
 * a value drowned in noise (added delays are differences, and may come out negative) has no ratio.
 *
 * @param {{ key: string, label: string }[]} rows
 * @param {string[]} targets
 * @param {Map<string, number[]>} values by `${row.key} ${target}`: one value a round
 */
export function summarise(rows, targets, values) {
  const [against] = targets;
  return rows.map(({ key, label }) => ({
    key,
    label,
    targets: Object.fromEntries(
      targets.map((target) => {
        const own = values.get(`${key} ${target}`);
        const theirs = values.get(`${key} ${against}`);
        const sound = own.map((_, round) => round).filter((round) => own[round] > 0 && theirs[round] > 0);
        const ratios = sound.map((round) => own[round] / theirs[round]);
        const ratio = target === against || ratios.length === 0 ? {} : { ratio: summary(ratios) };
        return [target, { ...summary(own), ...ratio, rounds: own }];
      }),
    ),
  }));
}

/** Three digits that matter. */
function short(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

function spread({ median: middle, min, max }) {
  return `${short(middle)} (${short(min)}–${short(max)})`;
}

/** The summary as text, at most 100 characters wide. */
export function formatTable(summaries, targets) {
  const [against, ...others] = targets;
  const head = ['', ...targets, ...others.map((target) => `${target} / ${against}`)];
  const lines = summaries.map(({ label, targets: by }) => [
    label,
    ...targets.map((target) => spread(by[target])),
    ...others.map((target) => (by[target].ratio ? (by[target].ratio ? spread(by[target].ratio) : '–') : '–')),
  ]);
  const widths = head.map((_, at) => Math.max(...[head, ...lines].map((line) => line[at].length)));
  const line = (cells) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[at]))).join('  ');
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  const table = [line(head), rule, ...lines.map(line)];
  if (rule.length <= WIDTH) return table.join('\n');
  return [line(head), rule, ...lines.map(line)].map((text) => text.replaceAll('  ', ' ')).join('\n');
}
